from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
from flask import Flask

from config import Settings
from ipplatform.domain.accounts.actor import ANONYMOUS, SYSTEM
from ipplatform.domain.evidence import columns, sequencer
from ipplatform.domain.evidence import jobs as background
from ipplatform.domain.evidence.audit import records, runs
from ipplatform.domain.evidence.columns import ColumnFinding, Item
from ipplatform.domain.evidence.models import AuditFinding, AuditRun, LogLeaf, LogState, LogTile, Record
from ipplatform.foundation import clock, jobs, storage
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import Forbidden, NotFound, Unauthenticated
from tests.databases import both_databases
from tests.factories import actor_of, make_organisation, office_person
from tests.factories.evidence import make_record, make_records, stored_document

Found = list[tuple[str, str]]


def audited(scope: str = runs.FULL, filing: str | None = None) -> Found:
    with transaction():
        run = runs.begin(actor=SYSTEM, scope=scope, filing=filing, in_background=False)
    for _ in runs.drive(run):
        pass
    with transaction(reads_only=True):
        kept = db.session.query(AuditFinding).filter_by(audit_id=run.id).order_by(AuditFinding.id)
        return [(finding.record, finding.field) for finding in kept]


def change(statement: str) -> None:
    with transaction():
        db.session.connection().exec_driver_sql(statement)


@both_databases
def test_what_was_not_changed_has_no_findings(app: Flask) -> None:
    make_records(300, organisation_id=make_organisation().id, documents=[stored_document(b"claims")])
    sequencer.run_once()
    make_record()
    assert audited() == []


@both_databases
@pytest.mark.parametrize(
    ("statement", "field"),
    [
        ("UPDATE evidence_record SET kind = 'correction' WHERE id = {id}", "kind"),
        ("UPDATE evidence_record SET asset = 'ffffffffffffffff' WHERE id = {id}", "asset"),
        ("UPDATE evidence_record SET idempotency_key = 'other' WHERE id = {id}", "idempotency_key (or its seal)"),
        ("UPDATE evidence_record SET organisation_id = NULL WHERE id = {id}", "organisation_id (or its seal)"),
        ("UPDATE evidence_record SET created_at = '2001-01-01 00:00:00.000000' WHERE id = {id}", "created_at"),
        ("UPDATE evidence_record SET leaf_index = 77 WHERE id = {id}", "leaf_index"),
        ("UPDATE evidence_document SET storage_key = NULL WHERE record_id = {id}", "storage_keys (or its seal)"),
        ("DELETE FROM evidence_document WHERE record_id = {id}", "document 1 (claims.pdf)"),
        ("DELETE FROM log_leaf WHERE leaf_index = {index}", "leaf_index"),
    ],
)
def test_a_changed_column_is_named_with_its_record(app: Flask, statement: str, field: str) -> None:
    record = make_records(3, organisation_id=make_organisation().id, documents=[stored_document(b"claims")])[1]
    sequencer.run_once()
    change(statement.format(id=record.id, index=record.leaf_index))
    assert (record.public_id, field) in audited()
    assert (record.public_id, field) in audited(runs.ONE, record.public_id)


@both_databases
def test_a_changed_seal_is_told_with_both_parts_and_the_byte_that_differs(app: Flask) -> None:
    record = make_record()
    with transaction():
        row = db.session.get_one(Record, record.id)
        sealed = bytes(row.seal)
        row.seal = sealed[:18] + bytes([sealed[18] ^ 1]) + sealed[19:]
        changed = bytes(row.seal)
    assert (record.public_id, "request_digest (or its seal)") in audited()
    with transaction(reads_only=True):
        finding = db.session.query(AuditFinding).filter_by(field="request_digest (or its seal)").one()
    assert finding.expected == (f"{sealed[16:24].hex()}, computed from the value as it stands: {record.request_digest}")
    assert finding.found == f"{changed[16:24].hex()}, stored in the seal"
    assert finding.position == 18
    assert finding.around == {"start": 2, "expected": sealed[2:34].hex(), "found": changed[2:34].hex()}


def flipped(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


@both_databases
@pytest.mark.parametrize("level", [0, 1])
def test_a_changed_tile_is_named(app: Flask, level: int) -> None:
    make_records(300)
    sequencer.run_once()
    with transaction():
        tile = db.session.get_one(LogTile, (level, 0))
        tile.data = flipped(tile.data)
    assert any(f"tile/{level}/000" in f"{record} {field}" for record, field in audited())


@both_databases
def test_entries_removed_from_the_end_are_missed_although_every_count_agrees(app: Flask) -> None:
    records = make_records(3)
    sequencer.run_once()
    with transaction():
        db.session.delete(db.session.get_one(LogLeaf, 2))
        state = db.session.get_one(LogState, 1)
        state.published_size = state.size = 2
        tile = db.session.get_one(LogTile, (0, 0))
        tile.data = tile.data[:64]
    found = audited()
    assert (records[2].public_id, "leaf_index") in found
    assert ("log", "log_state.size") in found


@pytest.mark.parametrize("damage", [flipped, lambda data: data[:-1], lambda data: b""])
def test_a_damaged_or_missing_document_is_named(app: Flask, damage: Callable[[bytes], bytes]) -> None:
    document = stored_document(b"claims")
    record = make_record(documents=[stored_document(b"other"), document])
    assert document.storage_key is not None
    path = storage.path_of(document.storage_key)
    path.write_bytes(damage(path.read_bytes()))
    assert audited() == [(record.public_id, "document 2 (claims.pdf)")]
    path.unlink()
    assert audited() == [(record.public_id, "document 2 (claims.pdf)")]


def test_a_document_put_in_anothers_place_is_named_by_its_digests(app: Flask) -> None:
    record = make_record(documents=[stored_document(b"claims")])
    other = stored_document(b"forged")
    change(f"UPDATE evidence_document SET storage_key = '{other.storage_key}'")
    fields = [field for name, field in audited() if name == record.public_id]
    assert fields == [
        "storage_keys (or its seal)",
        "document 1 (claims.pdf) sha256",
        "document 1 (claims.pdf) sha512",
    ]


def test_a_removed_published_file_is_named(app: Flask, settings: Settings) -> None:
    make_records(2)
    sequencer.run_once()
    (settings.log_dir / "tile/entries/000.p/2").unlink()
    assert audited() == [("tile/entries/000.p/2", "published file")]


def test_a_changed_checkpoint_is_named(app: Flask, settings: Settings) -> None:
    make_records(2)
    sequencer.run_once()
    path = settings.log_dir / "checkpoint"
    path.write_bytes(path.read_bytes().replace(b"\n2\n", b"\n3\n"))
    change("UPDATE log_checkpoint SET root = x'00' WHERE size = 2")
    assert audited() == [("checkpoint 2", "log_checkpoint.root"), ("log", "published checkpoint")]


@both_databases
def test_an_incremental_run_reads_only_what_is_new(app: Flask) -> None:
    make_records(5)
    sequencer.run_once()
    assert audited() == []
    sequencer.run_once()
    fresh = make_records(2)
    sequencer.run_once()
    change(f"UPDATE evidence_record SET kind = 'correction' WHERE id = {fresh[1].id}")
    assert audited(runs.INCREMENTAL) == [(fresh[1].public_id, "kind")]
    with transaction(reads_only=True):
        last = db.session.query(AuditRun).order_by(AuditRun.id.desc()).first()
        assert last is not None
        assert last.checked == 8 + 3  # the one tile of leaves, and the records that are new


def test_a_run_in_the_background_goes_on_part_by_part(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "CHUNK", 2)
    monkeypatch.setattr(background, "SECONDS", 0)
    make_records(7)
    sequencer.run_once()
    with transaction():
        run = runs.begin(actor=SYSTEM, scope=runs.FULL)
    jobs.run_due(1)
    db.session.expire_all()
    assert (run.state, run.phase, run.checked, run.ended_at) == ("running", "heads", 7, None)
    jobs.run_all()
    db.session.expire_all()
    assert (run.state, run.checked, run.found) == ("finished", 14, 0)


@pytest.fixture
def check() -> Iterator[None]:
    def differs(items: Sequence[Item]) -> Iterator[ColumnFinding]:
        for item in items:
            if item.fields != {"title": "Valve"}:
                yield ColumnFinding(item, "thing.title", item.fields, "Valve")

    columns.register_check("tested", differs)
    columns.register_check("tested", differs)
    yield
    columns._checks.pop("tested")


@pytest.mark.usefixtures("check")
def test_columns_people_see_are_checked_by_those_who_own_them(app: Flask) -> None:
    make_record(kind="tested", fields={"title": "Valve"})
    wrong = make_record(kind="tested", fields={"title": "Pump"})
    assert audited() == [(wrong.public_id, "thing.title")]


def test_only_auditors_and_the_installation_begin_runs(app: Flask) -> None:
    for actor, refusal in ((ANONYMOUS, Unauthenticated), (actor_of(office_person("registrar")), Forbidden)):
        with pytest.raises(refusal), transaction():
            runs.begin(actor=actor, scope=runs.FULL)
    with pytest.raises(NotFound), transaction():
        runs.begin(actor=SYSTEM, scope=runs.ONE, filing="0" * 16)


@both_databases
def test_a_run_that_nobody_drives_any_more_is_ended_and_one_whose_job_waits_is_not(app: Flask) -> None:
    with transaction():
        left = runs.begin(actor=SYSTEM, scope=runs.FULL, in_background=False)
        queued = runs.begin(actor=SYSTEM, scope=runs.FULL)
    for after, expected in ((timedelta(minutes=10), 0), (timedelta(minutes=16), 1), (timedelta(minutes=16), 0)):
        with clock.shifted(after), transaction():
            assert runs.end_abandoned() == expected
    with transaction(reads_only=True):
        states = {run.public_id: run.state for run in db.session.query(AuditRun)}
    assert states == {left.public_id: "abandoned", queued.public_id: "waiting"}
    assert [*runs.drive(left)][-1].state == "abandoned"
