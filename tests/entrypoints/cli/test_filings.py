from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from ipplatform.domain.assets.models import Document
from ipplatform.domain.filings.models import Filing
from ipplatform.foundation.db import db
from tests.factories import member
from tests.factories.filings import look_again, patent_fields, png


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "application.json"
    path.write_text(json.dumps({"kind": "patent", "fields": patent_fields()}))
    return path


def _run(app: Flask, *words: str) -> tuple[int, str]:
    db.session.rollback()
    result = app.test_cli_runner().invoke(args=["filings", *words])
    look_again()
    return result.exit_code, result.output


@pytest.mark.parametrize("by", ["member", "installation"])
def test_a_file_is_submitted_once(app: Flask, file: Path, tmp_path: Path, by: str) -> None:
    person, organisation = member("filer")
    drawing = tmp_path / "figure.png"
    drawing.write_bytes(png())
    words = ["submit", str(file), "--organisation", organisation.public_id, "--document", f"drawings={drawing}"]
    words += ["--as", person.email] if by == "member" else []
    code, output = _run(app, *words)
    assert code == 0, output
    assert "drawings: figure.png" in output
    code, again = _run(app, *words)
    assert code == 0, again
    assert "submitted before" in again
    assert db.session.scalar(select(func.count()).select_from(Filing)) == 1
    assert db.session.scalar(select(func.count()).select_from(Document)) == 1
    number = output.split()[0]
    assert _run(app, "show", number)[1].startswith(number)


def test_what_is_missing_is_said_and_nothing_kept(app: Flask, tmp_path: Path) -> None:
    _person, organisation = member("filer")
    path = tmp_path / "thin.json"
    path.write_text(json.dumps({"kind": "patent", "fields": {"title": "Plate"}}))
    code, output = _run(app, "submit", str(path), "--organisation", organisation.public_id)
    assert code == 1
    assert "abstract: Enter the abstract." in output
    assert db.session.scalar(select(func.count()).select_from(Filing)) == 0


def test_a_viewer_cannot_submit_by_command_either(app: Flask, file: Path) -> None:
    person, organisation = member("viewer")
    words = ["submit", str(file), "--organisation", organisation.public_id, "--as", person.email]
    assert _run(app, *words)[0] == 1


@pytest.mark.parametrize(
    "content", ["not json", "[]", '{"kind": "patent"}', '{"kind": "spaceship", "fields": {}}', "[" * 100_000]
)
def test_a_file_that_is_no_application_is_refused(app: Flask, tmp_path: Path, content: str) -> None:
    path = tmp_path / "odd.json"
    path.write_text(content)
    assert _run(app, "submit", str(path), "--organisation", "0000000000000000")[0] == 2


def test_unknown_organisations_numbers_and_files_are_refused(app: Flask, file: Path) -> None:
    _person, organisation = member("filer")
    assert _run(app, "submit", str(file), "--organisation", "nobody")[0] == 2
    assert _run(app, "show", "nothing")[0] == 2
    words = ["submit", str(file), "--organisation", organisation.public_id]
    assert _run(app, *words, "--document", "drawings=/nowhere.png")[0] == 2
    assert _run(app, *words, "--as", "nobody@example.com")[0] == 2
