from __future__ import annotations

from pathlib import Path

from flask import Flask

from ipplatform.domain.evidence.certificate import keys
from ipplatform.foundation.db import db
from tests.factories import filings
from tests.factories.certificates import filer, said


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    ended = app.test_cli_runner().invoke(args=list(arguments))
    db.session.remove()
    return ended.exit_code, ended.output


def test_a_certificate_is_written_by_command(app: Flask, tmp_path: Path) -> None:
    number = filings.submitted(filer()).public_id
    path = tmp_path / "certificate.pdf"
    code, told = run(app, "evidence", "certificate", number, "--language", "zh", "-o", str(path))
    assert (code, told) == (0, f"{path}: without a time stamp\n")
    assert "Signature is Valid" in said(path, "pdfsig", "-nocert")
    assert run(app, "evidence", "certificate", "0" * 16)[0] == 1


def test_the_key_of_certificates_is_listed_rotated_and_can_be_requested(app: Flask, tmp_path: Path) -> None:
    code, told = run(app, "keys", "list")
    assert code == 0
    assert "pdf-x509" in told
    old = keys.load().certificate
    code, told = run(app, "keys", "rotate", "pdf-x509")
    assert code == 0
    assert keys.load().certificate != old
    code, told = run(app, "keys", "request")
    assert (code, told.splitlines()[0]) == (0, "-----BEGIN CERTIFICATE REQUEST-----")
    (tmp_path / "wrong.pem").write_text("nothing")
    code, told = run(app, "keys", "certify", str(tmp_path / "wrong.pem"))
    assert code == 1
    assert "no file of certificates" in told
