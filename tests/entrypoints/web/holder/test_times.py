from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ipplatform.domain.accounts.models import Organisation, Person
from ipplatform.domain.filings.models import Filing
from ipplatform.foundation import clock, jobs
from tests.authorities import Authority
from tests.conftest import SignIn
from tests.domain.evidence.time.conftest import grow, written
from tests.factories import actor_of, bearer, member
from tests.factories.filings import submitted

NOBODY = "No independent authority vouches for the time."
NOT_YET = "No independent authority has stamped the log since this filing entered it."
BUTTON = "Get a time stamp now"


@pytest.fixture
def filer() -> tuple[Person, Organisation]:
    return member("filer")


@pytest.fixture
def found(app: Flask, filer: tuple[Person, Organisation]) -> Filing:
    return submitted(actor_of(*filer))


@pytest.fixture
def browser(client: FlaskClient, sign_in: SignIn, filer: tuple[Person, Organisation]) -> FlaskClient:
    return sign_in(client, *filer)


@pytest.fixture
def configured(app: Flask, tmp_path: Path, authority: Authority) -> Authority:
    file = written(tmp_path / "authorities.toml", authority)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], time_authorities=file)
    return authority


def pages(browser: FlaskClient, found: Filing) -> list[str]:
    """The receipt of the holder and the record of everybody, in one line each."""
    return [
        " ".join(browser.get(f"/{part}/{found.public_id}").text.replace("&#39;", "'").split())
        for part in ("filings", "records")
    ]


def test_without_an_authority_receipt_and_record_say_so_plainly(browser: FlaskClient, found: Filing) -> None:
    for page in pages(browser, found):
        assert NOBODY in page
        assert BUTTON not in page
    assert browser.post(f"/filings/{found.public_id}/time-stamp").status_code == 409


def test_a_holder_asks_for_a_stamp_and_sees_the_interval(
    browser: FlaskClient, found: Filing, configured: Authority, filer: tuple[Person, Organisation]
) -> None:
    receipt, record = pages(browser, found)
    assert (NOT_YET in receipt, NOT_YET in record) == (True, True)
    assert (BUTTON in receipt, BUTTON in record) == (True, False)
    asked = browser.post(f"/filings/{found.public_id}/time-stamp", follow_redirects=True)
    assert "The time-stamping authorities are being asked." in asked.text
    jobs.run_all()
    for page in pages(browser, found):
        assert f"As stamped by {configured.name}. Nobody had stamped the log before" in page
        assert BUTTON not in page
    later = submitted(actor_of(*filer))
    with clock.shifted(timedelta(minutes=2)):
        browser.post(f"/filings/{later.public_id}/time-stamp")
        jobs.run_all()
    for page in pages(browser, later):
        assert "After <time" in page
        assert f"As stamped by {configured.name}: the later time is their first stamp" in page


def test_a_program_asks_for_a_stamp(
    client: FlaskClient, found: Filing, filer: tuple[Person, Organisation], configured: Authority
) -> None:
    address, headers = f"/api/v1/filings/{found.public_id}/time-stamp", bearer(*filer)
    assert client.post(address, headers=bearer(*member("filer"))).status_code in (403, 404)
    asked = client.post(address, headers=headers)
    assert (asked.status_code, asked.json["state"], asked.json["not_after"]) == (202, "asked", None)
    jobs.run_all()
    stamped = client.post(address, headers=headers)
    assert (stamped.status_code, stamped.json["state"]) == (200, "stamped")
    assert stamped.json["authorities"] == [configured.name]
    assert stamped.json["not_after"] is not None


def test_the_command_line_stamps_renews_and_tells_how_it_went(
    app: Flask, found: Filing, authority: Authority, tmp_path: Path
) -> None:
    run = app.test_cli_runner().invoke
    assert "no time-stamping authority is configured" in run(args=["time", "status"]).output
    for name in ("stamp", "renew"):
        ended = run(args=["time", name])
        assert (ended.exit_code, "TIME_AUTHORITIES" in ended.output) == (1, True)
    file = written(tmp_path / "authorities.toml", authority)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], time_authorities=file)
    assert f"{authority.name}: stamped" in run(args=["time", "stamp"]).output
    assert run(args=["time", "renew"]).output == "0 checkpoints renewed, 0 waiting\n"
    assert run(args=["time", "renew", "--all"]).output == "1 checkpoints renewed, 0 waiting\n"
    assert f"{authority.name}: last token" in run(args=["time", "status"]).output
    authority.fault = "error"
    grow()
    ended = run(args=["time", "stamp"])
    assert (ended.exit_code, "problem" in ended.output) == (1, True)
    assert "failed:" in run(args=["time", "status"]).output
