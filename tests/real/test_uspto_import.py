"""The office's own files, whole: each document is taken or refused with a reason, and a second reading adds nothing."""

from __future__ import annotations

import gzip
import io
import os
import re
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from ipplatform.domain.assets.importing import candidates, report, runs
from ipplatform.domain.assets.models import Asset, AssetImportEntry
from ipplatform.domain.assets.reading import archives
from ipplatform.domain.assets.reading.outcome import level_of, text_of
from ipplatform.domain.assets.rules import shares_are_whole
from ipplatform.domain.evidence import queries as evidence
from ipplatform.domain.evidence import sequencer, verify
from ipplatform.domain.evidence.bundle import archive, contents
from ipplatform.domain.evidence.bundle.reader import Bundle
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.clock import today
from ipplatform.foundation.db import db
from tests.factories import make_organisation
from tests.factories.evidence import column_findings

DATA = Path(os.environ.get("SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
GRANTS = sorted(path for path in (DATA / "uspto").glob("ipg*") if path.is_file())
OTHERS = sorted(
    [*(DATA / "uspto").glob("eras/*"), *(DATA / "uspto").glob("ipa*"), *(DATA / "national_xml").glob("*.xml")]
)
TAKEN_ERAS = {"xml2004_US06859910.xml", "xml2014_US08930553.xml"}


def content_of(path: Path) -> bytes:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as zipped:
            return b"".join(zipped.read(name) for name in zipped.namelist() if name.endswith(".xml"))
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def read(path: Path) -> list[candidates.Candidate]:
    limits = archives.Limits()
    with path.open("rb") as handle:
        return list(candidates.read_all(archives.open_file(handle, limits).members, limits))


def run_command(app: Flask, organisation_id: str, *paths: Path) -> str:
    found = app.test_cli_runner().invoke(args=["import", *map(str, paths), "--organisation", organisation_id])
    assert found.exit_code == 0, found.output
    return found.output


def how_many(model: type[object]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("path", GRANTS, ids=lambda path: path.name)
def test_every_grant_of_a_weekly_file_is_read(path: Path) -> None:
    content = content_of(path)
    found = read(path)
    assert len(found) == len(re.findall(rb"<\?xml ", content))
    numbers = re.findall(rb'<us-patent-grant[^>]* file="US([A-Z]*)0*(\d+)-', content)
    assert [one.publication.publication_number[:-2] for one in found if one.publication] == [
        f"US{series.decode()}{serial.decode()}" for series, serial in numbers
    ]
    for one in found:
        assert one.publication is not None
        assert one.content in content
        assert content.split(b"\n")[one.line - 1].lstrip(b"\xef\xbb\xbf").startswith(b"<?xml")


@pytest.mark.parametrize("path", GRANTS, ids=lambda path: path.name)
def test_what_is_read_is_complete(path: Path) -> None:
    for one in read(path):
        found = one.publication
        assert found is not None
        assert found.title
        assert found.application_number
        assert found.filing_date
        assert found.end
        assert found.end > found.grant_date >= found.filing_date
        assert found.classifications
        assert {item.scheme for item in found.classifications} <= {"ipc", "cpc", "locarno"}
        assert shares_are_whole([party.share for party in found.parties if party.share is not None])
        assert any(party.role == "inventor" for party in found.parties)
        assert all(len(party.name) > 1 for party in found.parties)
        assert "class_unreadable" not in {remark.code for remark in found.remarks}


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.name)
def test_other_formats_are_refused_by_their_name(path: Path) -> None:
    (found,) = read(path)
    if path.name in TAKEN_ERAS:
        assert found.publication is not None
    else:
        assert found.refusal is not None
        assert found.refusal.code == "format_not_read"
        assert len(found.refusal.detail["format"]) > 10


def known_text(line: AssetImportEntry) -> bool:
    return all(text_of(remark) and text_of(remark) != remark["code"] for remark in line.remarks)


@pytest.mark.slow
@pytest.mark.parametrize("paths", [GRANTS] if GRANTS else [], ids=["all"])
def test_whole_files_go_into_the_register_and_the_log(app: Flask, paths: list[Path]) -> None:
    organisation = make_organisation("Riverbank Holdings")
    first = run_command(app, organisation.public_id, *paths)
    documents = sum(len(read(path)) for path in paths)
    assert how_many(AssetImportEntry) == documents
    assets = how_many(Asset)
    assert assets == len(
        {one.publication.publication_number for path in paths for one in read(path) if one.publication}
    )
    assert how_many(Record) == assets
    assert "Refused: 0" in first
    assert all(known_text(line) for line in db.session.scalars(select(AssetImportEntry)))

    second = run_command(app, organisation.public_id, *paths)
    assert (how_many(Asset), how_many(Record)) == (assets, assets)
    assert "Taken: 0" in second
    assert all(one.taken == one.doubtful == one.refused == 0 for one in runs.runs_of(organisation.id, limit=len(paths)))

    db.session.commit()
    assert sequencer.run_once() == assets
    for record in db.session.scalars(select(Record)):
        assert evidence.is_included(record)
        assert record.manifest is not None
        assert column_findings(record) == []


@pytest.mark.parametrize(
    "path", [path for path in GRANTS if path.name == "ipg100105.small.xml.gz"], ids=lambda path: path.name
)
def test_the_report_explains_each_doubt(app: Flask, path: Path) -> None:
    organisation = make_organisation()
    output = run_command(app, organisation.public_id, path)
    assert "Taken: 22\n  Taken with doubts: 3\n  Refused: 0" in output
    (run,) = runs.runs_of(organisation.id)
    whole = report.as_json(run)
    assert len(whole["documents"]) == 25
    for line in whole["documents"]:
        doubts = [reason for reason in line["reasons"] if reason["level"] == "doubt"]
        assert bool(doubts) == (line["outcome"] == "doubtful")
    assert all(level_of(remark) in {"doubt", "note"} for line in report.lines(run) for remark in line.remarks)
    for asset in db.session.scalars(select(Asset)):
        assert asset.expiry_date is not None
        assert (asset.status == "in_force") == (asset.expiry_date >= today())


@pytest.mark.slow
@pytest.mark.parametrize("path", [path for path in GRANTS if path.suffix == ".zip"], ids=lambda path: path.name)
def test_the_bundle_of_every_imported_grant_verifies_offline(app: Flask, path: Path) -> None:
    run_command(app, make_organisation().public_id, path)
    db.session.commit()
    sequencer.run_once()
    for record in db.session.scalars(select(Record)):
        packed = io.BytesIO(b"".join(archive.stream(contents.members(record, with_filing=True))))
        with Bundle(packed) as bundle:
            checks = list(verify.verify(bundle, None))
        assert verify.outcome(checks) == verify.VERIFIED, [check.line for check in checks]
