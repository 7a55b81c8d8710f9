"""What an erasure destroys, to the byte, and that everything else still verifies."""

from __future__ import annotations

import io
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from config import Settings
from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.assets.models import Asset, Document
from ipplatform.domain.evidence import queries as evidence
from ipplatform.domain.evidence import recovery, sequencer
from ipplatform.domain.evidence.audit import runs
from ipplatform.domain.evidence.audit.findings import without_names
from ipplatform.domain.evidence.bundle import archive, contents
from ipplatform.domain.evidence.bundle.reader import Bundle
from ipplatform.domain.evidence.erasure import replay, services
from ipplatform.domain.evidence.erasure.models import ErasureApproval, ErasureRequest
from ipplatform.domain.evidence.holder.models import HolderSignature
from ipplatform.domain.evidence.models import AuditFinding, Record
from ipplatform.domain.evidence.verify import VERIFIED, outcome, verify
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.marketplace import index
from ipplatform.foundation import jobs, storage
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import DomainError
from tests.databases import both_databases
from tests.factories import holder
from tests.factories import marketplace as market
from tests.factories.erasure import Scene, make_scene, registered

SECRET = "Zyxomma petiolatum"
DRAWING = b"the drawing nobody may see again " * 40


@pytest.fixture
def scene(app: Flask) -> Scene:
    return make_scene()


def _findings() -> list[tuple[str, str]]:
    with transaction():
        run = runs.begin(actor=SYSTEM, scope=runs.FULL, in_background=False)
    for _ in runs.drive(run):
        pass
    rows = db.session.execute(select(AuditFinding.record, AuditFinding.field).where(AuditFinding.audit_id == run.id))
    sequencer.run_once()
    return [(row[0], row[1]) for row in rows]


def _verified(record: Record, *, with_filing: bool) -> list[str]:
    data = b"".join(archive.stream(contents.members(record, with_filing=with_filing)))
    with Bundle(io.BytesIO(data)) as bundle:
        checks = list(verify(bundle, None))
    assert outcome(checks) == VERIFIED, [check.line for check in checks]
    return [check.line for check in checks]


def _sealed_values(names: list[str]) -> Iterator[bytes]:
    """The ciphertexts that stand in the database for these filings: they, too, must be gone from its file."""
    for statement in (
        "SELECT manifest, salt FROM evidence_record WHERE public_id = :name",
        "SELECT fields, content FROM filing WHERE public_id = :name",
    ):
        for name in names:
            for row in db.session.execute(text(statement), {"name": name}):
                yield from (bytes(value) for value in row if value is not None and len(bytes(value)) > 40)


def _database_bytes(settings: Settings) -> bytes:
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))


def _everything(settings: Settings) -> bytes:
    folders = (settings.documents_dir, settings.index_dir, settings.erasure_dir, settings.log_dir)
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return _database_bytes(settings) + b"".join(path.read_bytes() for path in files)


def test_no_byte_of_the_content_is_left_in_database_log_index_or_folders(scene: Scene, settings: Settings) -> None:
    made = registered(scene, drawing=DRAWING, title=f"{SECRET} plate", inventors=[{"name": "Ada Zyx", "country": "GB"}])
    kept_name = registered(scene, title="Another plate").public_id
    assert made.asset_id is not None
    asset = db.session.get_one(Asset, made.asset_id)
    market.make_listing(asset, title=f"{SECRET} plate", solution=f"{SECRET} cools.")
    index.rebuild()
    key = db.session.scalars(select(Document.storage_key)).one()
    sealed_file = storage.path_of(key).read_bytes()
    names = [
        made.public_id,
        *(one.public_id for one in db.session.scalars(select(Filing).where(Filing.about_id == made.id))),
    ]
    traces = [*_sealed_values(names), sealed_file[4:20], sealed_file[20:60], SECRET.encode(), b"Ada Zyx"]
    traces += [digest.encode() for digest in db.session.execute(select(Document.sha256, Document.sha512)).one()]
    before = _everything(settings)
    assert [trace[:20] for trace in traces if trace not in before] == []

    scene.erase(made)
    index.apply_changes()
    db.session.remove()

    after = _everything(settings)
    assert [trace[:20] for trace in traces if trace in after] == []
    assert not storage.path_of(key).exists()
    assert _findings() == []
    kept = evidence.record_by_filing(kept_name)
    assert kept is not None
    _verified(kept, with_filing=True)


@both_databases
def test_what_remains_is_the_register_entry_and_the_proof(scene: Scene) -> None:
    made = registered(scene, drawing=DRAWING)
    asked = scene.erase(made)
    db.session.expire_all()
    assert asked.state == "completed"
    asset = db.session.get_one(Asset, made.asset_id)
    assert (asset.title, asset.abstract, asset.status) == ("(content erased)", "", "in_force")
    assert asset.grant_date is not None
    assert [(party.role, party.name) for party in asset.parties] == [("owner", "(erased)")]
    assert (made.fields, made.content) == ({}, None)
    assert db.session.scalars(select(Document)).all() == []
    record = made.record
    assert record is not None
    assert (record.manifest, record.salt, record.request_digest) == (None, None, "")
    lines = _verified(record, with_filing=True)
    assert any(line.startswith("ok       erasure: ") for line in lines)
    assert _findings() == []


def test_a_file_that_another_filing_has_too_stays(scene: Scene) -> None:
    from ipplatform.domain.filings import services as filings
    from tests.factories import filings as filing

    made = registered(scene, drawing=DRAWING)
    document = db.session.scalars(select(Document)).one()
    other = filing.draft(scene.holder)
    with transaction():
        filings.attach(actor=scene.holder, filing_id=other.id, role="drawings", document=document)
        filings.submit(actor=scene.holder, filing_id=other.id, idempotency_key="again")
    sequencer.run_once()
    scene.erase(made)
    assert storage.path_of(document.storage_key).exists()
    assert _findings() == []
    assert other.record is not None
    _verified(other.record, with_filing=True)


@both_databases
def test_of_two_second_approvals_at_once_one_executes(app: Flask, scene: Scene) -> None:
    made = registered(scene)
    request = scene.approve(scene.ask(made), 0).public_id
    db.session.remove()
    answers: list[str] = []
    barrier = threading.Barrier(2)

    def second(number: int) -> None:
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    services.approve(actor=scene.registrars[number], request=request)
                answers.append("executed")
            except DomainError as error:
                answers.append(error.code)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=second, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["executed", "state"]
    assert len(db.session.scalars(select(ErasureApproval)).all()) == 2
    assert len(db.session.scalars(select(Record).where(Record.kind == "erasure")).all()) == 1


@both_databases
def test_the_job_completes_what_a_crash_left_after_the_commit(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    made = registered(scene, drawing=DRAWING)
    key = db.session.scalars(select(Document.storage_key)).one()
    asked = scene.approve(scene.ask(made))
    assert storage.path_of(key).exists()

    def power_cut(_path: object) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as crashing:
        crashing.setattr(Path, "unlink", lambda *_args, **_more: power_cut(_args))
        jobs.run_due()
    assert storage.path_of(key).read_bytes()[:20] == bytes(20)
    with transaction():
        db.session.execute(text("UPDATE outbox SET run_at = created_at"))
    jobs.run_all()
    db.session.expire_all()
    assert not storage.path_of(key).exists()
    assert asked.state == "completed"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ("DELETE FROM evidence_erased", "manifest"),
        ("UPDATE evidence_record SET kind = 'amendment' WHERE id = {id}", "kind"),
        ("UPDATE evidence_record SET created_at = '2020-01-01 00:00:00.000000' WHERE id = {id}", "created_at"),
        ("UPDATE evidence_record SET commitment = x'00' WHERE id = {id}", "commitment"),
        ("UPDATE filing SET content = x'0102' WHERE record_id = {id}", "filing.content"),
        ("UPDATE asset SET abstract = 'A plate'", "asset.abstract"),
        ("UPDATE erasure_approval SET person_id = (SELECT max(id) FROM person) WHERE number = 2", "erasure_approval"),
    ],
)
def test_the_audit_names_what_was_tampered_with_after_an_erasure(scene: Scene, change: str, field: str) -> None:
    made = registered(scene)
    scene.erase(made)
    with transaction():
        db.session.execute(text(change.format(id=made.record_id)))
    assert any(found.startswith(field) for _name, found in _findings())


def test_a_manifest_that_merely_vanished_is_a_finding(scene: Scene) -> None:
    made = registered(scene)
    with transaction():
        db.session.execute(text(f"UPDATE evidence_record SET manifest = NULL, salt = NULL WHERE id = {made.record_id}"))
    assert (made.public_id, "manifest") in _findings()


def test_another_erasures_record_does_not_excuse_a_vanished_manifest(scene: Scene) -> None:
    erased, robbed = registered(scene), registered(scene)
    scene.erase(erased)
    with transaction():
        db.session.execute(
            text(f"UPDATE evidence_record SET manifest = NULL, salt = NULL WHERE id = {robbed.record_id}")
        )
        db.session.execute(
            text(
                "INSERT INTO evidence_erased (record_id, erase_record_id, request, ground, erased_at) "
                f"SELECT {robbed.record_id}, erase_record_id, request, ground, erased_at FROM evidence_erased "
                f"WHERE record_id = {erased.record_id}"
            )
        )
    assert (robbed.public_id, "manifest") in _findings()


def test_a_restored_backup_is_erased_again(scene: Scene, settings: Settings, tmp_path: Path) -> None:
    made = registered(scene, drawing=DRAWING, title=f"{SECRET} plate")
    scene.approve(scene.ask(made), 0)
    name, file = made.public_id, Path(settings.database_url.removeprefix("sqlite:///"))
    key = db.session.scalars(select(Document.storage_key)).one()
    _copy(file, tmp_path / "backup", settings)

    request = db.session.scalars(select(ErasureRequest)).one()
    scene.approve(request, 1)
    sequencer.run_once()
    jobs.run_all()
    db.session.remove()
    db.engine.dispose()

    shutil.copytree(tmp_path / "backup" / "documents", settings.documents_dir, dirs_exist_ok=True)
    for leftover in file.parent.glob(f"{file.name}-*"):
        leftover.unlink()
    shutil.copyfile(tmp_path / "backup" / "copy", file)
    assert storage.path_of(key).exists()
    recovery.replay_tail()
    restored = evidence.record_by_filing(name)
    assert restored is not None
    assert restored.manifest is not None
    db.session.remove()

    done = replay.replay()
    assert (done.taken_back, done.emptied, done.unknown) == (1, 2, [])
    assert not storage.path_of(key).exists()
    db.session.remove()
    assert _findings() == []
    assert db.session.scalars(select(ErasureRequest.state)).all() == ["completed"]
    assert replay.replay().emptied == 0


def test_a_documents_folder_restored_alone_is_found_and_destroyed_again(scene: Scene, settings: Settings) -> None:
    made = registered(scene, drawing=DRAWING)
    key = db.session.scalars(select(Document.storage_key)).one()
    content = storage.path_of(key).read_bytes()
    scene.erase(made)
    storage.path_of(key).write_bytes(content)
    assert [field for _name, field in _findings()] == ["evidence_erased_file"]
    replay.replay()
    assert not storage.path_of(key).exists()


def test_a_journal_entry_that_no_log_holds_destroys_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    made = registered(scene)
    asked = scene.approve(scene.ask(made), 0)

    def power_cut(*_args: object) -> None:
        raise OSError("power cut before the commit")

    with monkeypatch.context() as crashing:
        crashing.setattr("ipplatform.domain.evidence.erasure.destroying.destroy", power_cut)
        with pytest.raises(OSError, match="power cut"):
            scene.approve(asked, 1)
    db.session.expire_all()
    assert replay.replay().unknown == [asked.public_id]
    assert made.record is not None
    assert made.record.manifest is not None


def _copy(file: Path, folder: Path, settings: Settings) -> None:
    folder.mkdir()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("VACUUM INTO ?", (str(folder / "copy"),))
    shutil.copytree(settings.documents_dir, folder / "documents")


def test_a_holders_signature_goes_with_what_it_signs(scene: Scene) -> None:
    made = registered(scene)
    _person, _organisation, signatory = holder.signer(organisation=scene.organisation)
    key, private = holder.enrolled(signatory)
    assert made.record is not None
    holder.signed(signatory, made.record, key, private)
    sequencer.run_once()
    scene.erase(made)
    assert db.session.scalars(select(HolderSignature)).all() == []
    assert _findings() == []


def test_an_audit_report_names_no_document() -> None:
    assert without_names("document 2 (Ms Wen (draft).pdf) sha256") == "document 2 sha256"
    assert without_names("document 2 (cut off at 120 char") == "document 2"
    assert without_names("storage_keys (or its seal)") == "storage_keys (or its seal)"
