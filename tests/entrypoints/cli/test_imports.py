"""``ipplatform import`` and ``ipplatform classifications import``."""

from __future__ import annotations

import gzip
import json
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.assets import titles
from ipplatform.domain.assets.models import Asset
from ipplatform.entrypoints.cli import imports
from ipplatform.foundation.db import db
from ipplatform.foundation.ids import display_id
from tests.databases import both_databases
from tests.factories import make_organisation
from tests.factories.assets import grant_xml


@pytest.fixture
def organisation(app: Flask) -> Organisation:
    return make_organisation()


def run(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])


def assets() -> int:
    return db.session.scalar(select(func.count()).select_from(Asset)) or 0


def test_files_of_each_packing_are_imported(app: Flask, organisation: Organisation, tmp_path: Path) -> None:
    plain, packed, zipped = tmp_path / "a.xml", tmp_path / "b.gz", tmp_path / "c.zip"
    plain.write_text(grant_xml("07000001"))
    packed.write_bytes(gzip.compress(grant_xml("07000002").encode()))
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("c.xml", grant_xml("07000003"))
        archive.writestr("list.txt", "07000003")
    found = run(app, "import", plain, packed, zipped, "--organisation", display_id(organisation.public_id))
    assert found.exit_code == 0, found.output
    assert found.output.count("Taken: 1") == 3
    assert "Not read, since no XML: list.txt" in found.output
    assert assets() == 3


def test_the_report_is_written_as_json(app: Flask, organisation: Organisation, tmp_path: Path) -> None:
    file, report = tmp_path / "a.xml", tmp_path / "report.json"
    file.write_text(grant_xml() + grant_xml("H002201", "H1"))
    assert run(app, "import", file, "--organisation", organisation.public_id, "--report", report).exit_code == 0
    (said,) = json.loads(report.read_text())
    assert said["counts"] == {"taken": 1, "doubtful": 0, "refused": 1, "unchanged": 0}
    assert said["documents"][1]["line"] == 18


def test_a_second_time_adds_nothing(app: Flask, organisation: Organisation, tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_text(grant_xml())
    run(app, "import", file, "--organisation", organisation.public_id)
    again = run(app, "import", file, "--organisation", organisation.public_id)
    assert "Already there: 1" in again.output
    assert assets() == 1


def test_a_file_that_breaks_off_ends_with_an_error(app: Flask, organisation: Organisation, tmp_path: Path) -> None:
    file = tmp_path / "a.gz"
    file.write_bytes(gzip.compress(grant_xml().encode())[:-30])
    found = run(app, "import", file, "--organisation", organisation.public_id)
    assert found.exit_code == 1
    assert "The gzip file is damaged or was cut off." in found.output


@pytest.mark.parametrize("reference", ["nobody", "0000000000000000", ""])
def test_an_organisation_that_is_none_is_named(app: Flask, tmp_path: Path, reference: str) -> None:
    file = tmp_path / "a.xml"
    file.write_text(grant_xml())
    found = run(app, "import", file, "--organisation", reference)
    assert found.exit_code == 2
    assert "there is no such organisation" in found.output


def test_titles_of_classes_are_imported(app: Flask, tmp_path: Path) -> None:
    listed, nice = tmp_path / "cpc.txt.gz", tmp_path / "nice.json"
    listed.write_bytes(gzip.compress(b"H01M\t\tBATTERIES\nH01M10/0525\t2\tLithium-ion batteries\nnothing\n"))
    nice.write_text('[{"number": 9, "heading": "Computers"}]')
    assert "2 titles (cpc, en)" in run(app, "classifications", "import", listed, "--scheme", "cpc").output
    assert "1 titles (nice, en)" in run(app, "classifications", "import", nice, "--scheme", "nice").output
    assert titles.titles_of([("cpc", "H01M 10/0525")])[0].title == "Lithium-ion batteries"


@pytest.mark.parametrize("content", [b"{}", b"[{}]", b"\xff\xfe", b"not json"])
def test_a_list_that_is_none_is_an_error(app: Flask, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "nice.json"
    file.write_bytes(content)
    found = run(app, "classifications", "import", file, "--scheme", "nice")
    assert found.exit_code == 1
    assert "nice.json" in found.output


@both_databases
def test_two_imports_of_the_same_documents_at_once_enter_each_once(app: Flask, tmp_path: Path) -> None:
    numbers = [f"{7_000_001 + place:08d}" for place in range(40)]
    files = [tmp_path / "a.xml", tmp_path / "b.xml"]
    files[0].write_text("".join(map(grant_xml, numbers)))
    files[1].write_text("".join(map(grant_xml, reversed(numbers))))
    holders = [make_organisation().id for _ in files]
    start = threading.Barrier(2)

    def one(place: int) -> dict[str, int]:
        with app.app_context():
            start.wait()
            counts: dict[str, int] = imports.import_file(files[place], holders[place])["counts"]
            return counts

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(one, range(2))
    assert assets() == 40
    assert first["taken"] + second["taken"] == first["refused"] + second["refused"] == 40
