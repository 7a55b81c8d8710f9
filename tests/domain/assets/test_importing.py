"""From a file to the register: each document taken or refused, each asset with its record, nothing twice."""

from __future__ import annotations

import gzip
import io
import json

import pytest
from flask import Flask
from sqlalchemy import func, select

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.assets import jobs as asset_jobs
from ipplatform.domain.assets import queries
from ipplatform.domain.assets.importing import candidates, report, runs
from ipplatform.domain.assets.models import Asset, AssetImport, AssetImportEntry, Document
from ipplatform.domain.assets.reading.archives import Limits
from ipplatform.domain.evidence import manifest, sequencer
from ipplatform.domain.evidence import queries as evidence
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation import jobs
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import Forbidden, Invalid, NotFound
from tests.databases import both_databases
from tests.factories import actor_of, member
from tests.factories.assets import grant_xml

Holder = tuple[Actor, Organisation]


@pytest.fixture
def holder(app: Flask) -> Holder:
    person, organisation = member("filer")
    return actor_of(person, organisation), organisation


def begin(holder: Holder, content: str | bytes, name: str = "ipg200107.xml") -> str:
    actor, organisation = holder
    stream = io.BytesIO(content.encode() if isinstance(content, str) else content)
    with transaction():
        return runs.upload(actor=actor, organisation=organisation, stream=stream, name=name).public_id


def read(holder: Holder, content: str | bytes, name: str = "ipg200107.xml") -> AssetImport:
    public_id = begin(holder, content, name)
    jobs.run_all()
    run = runs.run_by_id(public_id)
    assert run is not None
    return run


def counts(run: AssetImport) -> tuple[int, int, int, int]:
    return run.taken, run.doubtful, run.refused, run.unchanged


def how_many(model: type[object]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def grants(first: int, number: int) -> str:
    return "".join(grant_xml(f"{first + place:08d}") for place in range(number))


@both_databases
def test_every_document_is_entered_or_refused_with_a_reason(holder: Holder) -> None:
    run = read(holder, grant_xml("07000001") + grant_xml("07000002", assignees="") + grant_xml("H002201", "H1"))
    assert (run.status, counts(run)) == ("finished", (1, 1, 1, 0))
    lines = list(report.lines(run))
    assert [line.outcome for line in lines] == ["taken", "doubtful", "refused"]
    assert [line.position for line in lines] == [1, 2, 3]
    assert [remark["code"] for remark in lines[2].remarks] == ["sir"]


@both_databases
def test_reading_a_file_again_adds_nothing(holder: Holder) -> None:
    content = grants(7_000_001, 5)
    read(holder, content)
    before = how_many(Asset), how_many(Record)
    assert counts(read(holder, gzip.compress(content.encode()), "again.gz")) == (0, 0, 0, 5)
    assert (how_many(Asset), how_many(Record)) == before == (5, 5)


def test_a_document_twice_in_a_file_is_entered_once(holder: Holder) -> None:
    run = read(holder, grant_xml() + grant_xml())
    assert counts(run) == (1, 0, 0, 1)
    assert how_many(Asset) == 1


def test_an_asset_another_organisation_holds_is_refused(holder: Holder) -> None:
    read(holder, grant_xml())
    person, organisation = member("filer")
    run = read((actor_of(person, organisation), organisation), grant_xml())
    assert counts(run) == (0, 0, 1, 0)
    assert [line.remarks[0]["code"] for line in report.lines(run)] == ["other_holder"]


def test_what_was_read_is_what_is_entered(holder: Holder) -> None:
    read(holder, grant_xml(title="Plate 🙂"))
    asset = queries.asset_by_number("US", "US7000001B1")
    assert asset is not None
    assert (asset.kind, asset.origin, asset.status) == ("patent", "external", "in_force")
    assert (asset.title, asset.status_note) == ("Plate 🙂", "maintenance_unknown")
    assert [(party.role, party.name) for party in asset.parties] == [
        ("owner", "Northfield Cells Ltd"),
        ("inventor", "Ada Moor"),
        ("agent", "Hill & Dale LLP"),
    ]
    assert asset.codes("ipc") == ["H01M 10/0525"]
    assert asset.content["claims"] == ["1. A plate with\nchannels."]


def test_a_right_whose_term_is_over_comes_in_as_expired(holder: Holder) -> None:
    run = read(holder, grant_xml(date="20000104", filed="19970502"))
    (line,) = report.lines(run)
    assert "expired" in [remark["code"] for remark in line.remarks]
    assert db.session.scalar(select(Asset.status)) == "expired"


def test_each_asset_has_a_record_with_its_data_and_its_xml(holder: Holder) -> None:
    content = grant_xml()
    read(holder, content)
    asset = db.session.scalars(select(Asset)).one()
    (record,) = evidence.history(asset.public_id)
    assert (record.kind, record.organisation_id) == ("registration", holder[1].id)
    assert record.manifest is not None
    said = json.loads(record.manifest)
    assert said["fields"]["publication_number"] == "US7000001B1"
    assert said["fields"]["parties"][0] == {
        "role": "owner",
        "name": "Northfield Cells Ltd",
        "country": "GB",
        "share": "1/1",
    }
    assert said["fields"]["source"] == {"file": "ipg200107.xml", "member": "", "document": 1}
    document = queries.document_by_digest(holder[1].id, said["documents"][0]["sha256"])
    assert document is not None
    assert b"".join(open_bytes(document)) == content.strip().encode()
    assert manifest.commit(record.salt or b"", record.manifest) == record.commitment
    assert sequencer.run_once() == 1
    assert evidence.is_included(record)


def open_bytes(document: Document) -> list[bytes]:
    from ipplatform.domain.assets.documents import open_document

    return list(open_document(document))


def test_a_broken_document_does_not_stop_the_others(holder: Holder) -> None:
    content = grant_xml("07000001") + grant_xml("07000002")[:900] + "\n" + grant_xml("07000003")
    run = read(holder, content)
    assert counts(run) == (2, 0, 1, 0)
    assert [line.remarks[0]["code"] for line in report.lines(run, ("refused",))] == ["truncated"]


def test_a_file_cut_off_keeps_what_was_read_before(holder: Holder) -> None:
    packed = gzip.compress(grants(7_000_001, 400).encode(), compresslevel=1)
    run = read(holder, packed[: len(packed) * 3 // 4], "cut.gz")
    assert (run.status, run.failure) == ("failed", {"code": "gzip_broken"})
    assert 0 < run.taken < 400
    assert how_many(Asset) == run.taken
    assert "cut off" in (report.failure_text(run) or "")


def test_a_bomb_is_refused_and_said_so(holder: Holder) -> None:
    run = read(holder, gzip.compress(b"<a>" + b" " * 40_000_000), "bomb.gz")
    assert (run.status, run.failure, counts(run)) == ("failed", {"code": "bomb"}, (0, 0, 0, 0))


def test_a_document_over_the_limit_is_refused_and_the_next_one_taken(holder: Holder) -> None:
    large = grant_xml("07000001", abstract="<abstract><p>" + "x" * 3_000 + "</p></abstract>")
    limits = Limits(document_bytes=4_000)
    from ipplatform.domain.assets.reading.archives import open_file

    members = open_file(io.BytesIO((large + grant_xml("07000002")).encode()), limits).members
    found = list(candidates.read_all(members, limits))
    assert [one.refusal.code if one.refusal else "" for one in found] == ["too_large", ""]


def test_an_import_that_was_interrupted_goes_on_where_it_stopped(
    holder: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "BATCH_DOCUMENTS", 3)
    monkeypatch.setattr(asset_jobs, "DOCUMENTS_A_RUN", 6)
    public_id = begin(holder, grants(7_000_001, 14))
    assert jobs.run_due() == 1
    run = runs.run_by_id(public_id)
    assert run is not None
    assert (run.status, run.taken) == ("running", 6)
    jobs.run_all()
    run = runs.run_by_id(public_id)
    assert run is not None
    assert (run.status, run.taken, how_many(Asset), how_many(AssetImportEntry)) == ("finished", 14, 14, 14)


def test_a_batch_is_bounded_in_bytes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "BATCH_BYTES", 100)
    found = [candidates.Candidate(place, "", 1, b"x" * 60) for place in range(5)]
    assert [len(batch) for batch in candidates.batches(iter(found))] == [2, 2, 1]


def test_the_report_reads_well(holder: Holder) -> None:
    run = read(holder, grant_xml("07000001", assignees="") + grant_xml("H002201", "H1"))
    text = "\n".join(report.as_text(run))
    assert "US 7,000,001 B1 (document 1, line 1): No assignee is named." in text
    assert "Refused (document 2, line 18): A statutory invention registration" in text
    whole = report.as_json(run)
    assert whole["counts"] == {"taken": 0, "doubtful": 1, "refused": 1, "unchanged": 0}
    assert [line["reasons"][0]["level"] for line in whole["documents"]] == ["doubt", "refusal"]


def test_greenbook_is_refused_by_name(holder: Holder) -> None:
    run = read(holder, "PATN\nWKU  039373754\nSRC  5\nTTL  Bumper\n", "pftaps.txt")
    assert counts(run) == (0, 0, 1, 0)
    assert "Greenbook" in "\n".join(report.as_text(run))


@pytest.mark.parametrize(("content", "name"), [(b"%PDF-1.7", "a.pdf"), (b"\x89PNG\r\n\x1a\n", "a.png"), (b"", "a.xml")])
def test_what_is_no_office_file_is_refused_at_the_door(holder: Holder, content: bytes, name: str) -> None:
    with pytest.raises(Invalid):
        begin(holder, content, name)
    assert how_many(AssetImport) == 0


def test_only_filers_import(app: Flask) -> None:
    for roles in ("viewer", "dealer", "signatory"):
        person, organisation = member(roles)
        with pytest.raises(Forbidden):
            begin((actor_of(person, organisation), organisation), grant_xml())


def test_strangers_do_not_even_see_an_import(holder: Holder) -> None:
    run = read(holder, grant_xml())
    person, elsewhere = member("administrator")
    with pytest.raises(NotFound):
        runs.visible_run(actor=actor_of(person, elsewhere), public_id=run.public_id)
    assert runs.visible_run(actor=holder[0], public_id=run.public_id) is not None


def test_a_failing_batch_leaves_neither_rows_nor_files(holder: Holder, monkeypatch: pytest.MonkeyPatch) -> None:
    from ipplatform.domain.assets.importing import taking
    from ipplatform.foundation import settings

    def fail(**_fields: object) -> None:
        raise RuntimeError("the log stands still")

    public_id = begin(holder, grants(7_000_001, 3))
    files = set(settings.current().documents_dir.rglob("*"))
    monkeypatch.setattr(taking.evidence, "append", fail)
    jobs.run_due()
    assert how_many(Asset) == 0
    assert {path for path in settings.current().documents_dir.rglob("*") if path.is_file()} <= files
    run = runs.run_by_id(public_id)
    assert run is not None
    assert run.status == "waiting"
