"""An organisation's portfolio and its imports in the browser."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.assets import documents
from ipplatform.foundation import jobs
from ipplatform.foundation.db import transaction
from tests.conftest import SignIn
from tests.factories import actor_of, make_organisation, member
from tests.factories.assets import grant_xml, make_asset
from tests.statements import statements


@pytest.fixture
def organisation(app: Flask) -> Organisation:
    return make_organisation("Riverbank Holdings")


@pytest.fixture
def filer(client: FlaskClient, organisation: Organisation, sign_in: SignIn) -> FlaskClient:
    return sign_in(client, member("filer", organisation=organisation)[0], organisation)


def send(client: FlaskClient, content: str | bytes, name: str = "ipg200107.xml") -> TestResponse:
    stream = io.BytesIO(content.encode() if isinstance(content, str) else content)
    return client.post("/assets/import", data={"file": (stream, name)})


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_an_empty_portfolio_says_what_to_do(filer: FlaskClient) -> None:
    page = filer.get("/assets").text
    assert "Your organisation holds no assets yet" in page
    assert 'href="/assets/import"' in page


def test_the_portfolio_shows_what_is_held_and_nothing_else(filer: FlaskClient, organisation: Organisation) -> None:
    own = make_asset(organisation, title="Our valve")
    make_asset(title="Their valve")
    page = filer.get("/assets").text
    assert f'href="/register/{own.public_id}"' in page
    assert "Our valve" in page
    assert "Their valve" not in page


def test_filters_narrow_and_can_be_taken_away(filer: FlaskClient, organisation: Organisation) -> None:
    make_asset(organisation, title="A valve")
    assert "A valve" in filer.get("/assets?q=valve&kind=patent&status=in_force").text
    page = filer.get("/assets?kind=design").text
    assert "No asset fits these filters" in page
    assert "A valve" in filer.get("/assets?kind=&q=&status=").text


def test_a_filter_that_is_none_is_an_error_at_its_field(filer: FlaskClient) -> None:
    assert "There is a problem" in filer.get("/assets?kind=poem").text


def test_a_cursor_that_is_none_is_refused(filer: FlaskClient) -> None:
    assert filer.get("/assets?after=nonsense").status_code == 422


def test_long_portfolios_have_pages_at_a_constant_cost(filer: FlaskClient, organisation: Organisation) -> None:
    make_asset(organisation)
    filer.get("/assets")
    with statements() as one:
        filer.get("/assets")
    for _ in range(30):
        make_asset(organisation)
    with statements() as many:
        page = filer.get("/assets").text
    assert len(one) == len(many)
    (onward,) = re.findall(r'rel="next" href="([^"]+)"', page)
    assert filer.get(onward.replace("&amp;", "&")).text.count('href="/register/') == 6


def test_an_office_file_goes_in_through_the_browser(filer: FlaskClient) -> None:
    answer = send(filer, grant_xml("07000001") + grant_xml("07000002", assignees="") + grant_xml("H002201", "H1"))
    assert answer.status_code == 303
    address = answer.headers["Location"]
    waiting = filer.get(address).text
    assert "Being read" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    jobs.run_all()
    report = filer.get(address).text
    assert "hx-trigger" not in report
    said = text_of(report)
    assert "US 7,000,001 B1" in said
    assert "No assignee is named. The inventors are entered as owners." in said
    assert "A statutory invention registration gives no exclusive right" in said
    assert "US 7,000,001 B1" in filer.get("/assets").text


def test_the_report_can_be_filtered_and_taken_along(filer: FlaskClient) -> None:
    address = send(filer, grant_xml("07000001") + grant_xml("H002201", "H1")).headers["Location"]
    jobs.run_all()
    refused = text_of(filer.get(f"{address}?outcome=refused").text)
    assert "US 7,000,001 B1" not in refused
    assert "statutory invention" in refused
    whole = json.loads(filer.get(f"{address}/report.json").text)
    assert [line["outcome"] for line in whole["documents"]] == ["taken", "refused"]
    plain = filer.get(f"{address}/report.txt")
    assert plain.headers["Content-Disposition"].startswith("attachment")
    assert "Refused (document 2, line 18)" in plain.text


def test_importing_again_says_that_all_is_there(filer: FlaskClient) -> None:
    for _ in range(2):
        address = send(filer, grant_xml()).headers["Location"]
        jobs.run_all()
    assert "US 7,000,001 B1 is already in the register, so nothing was entered." in text_of(filer.get(address).text)


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"%PDF-1.7", "a.pdf", "is of a type that is not accepted here"),
        (b"\x89PNG\r\n\x1a\n", "a.xml", "but its content is image/png"),
        (b"", "a.xml", "is empty"),
        (b"<a/>", "..", "The file has no name"),
        (b"MZ\x90\x00\x03\x00", "a.gz", "is of a type that is not accepted"),
    ],
)
def test_a_wrong_file_is_an_error_at_the_field(filer: FlaskClient, content: bytes, name: str, message: str) -> None:
    answer = send(filer, content, name)
    assert answer.status_code == 422
    assert message in text_of(answer.text)
    assert "None yet." in answer.text


def test_no_file_is_an_error_at_the_field(filer: FlaskClient) -> None:
    answer = filer.post("/assets/import", data={})
    assert answer.status_code == 422
    assert "Choose a file." in answer.text


def test_a_file_over_the_limit_is_refused(app: Flask, filer: FlaskClient) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], document_max_bytes=10_000)
    assert send(filer, "<a>" + "x" * 20_000 + "</a>").status_code == 413


def test_those_who_may_not_file_look_but_do_not_import(
    client: FlaskClient, organisation: Organisation, sign_in: SignIn
) -> None:
    sign_in(client, member("viewer", organisation=organisation)[0], organisation)
    page = client.get("/assets/import").text
    assert "You may look, but not import" in page
    assert 'type="file"' not in page
    assert send(client, grant_xml()).status_code == 403


def test_strangers_find_neither_reports_nor_documents(filer: FlaskClient, app: Flask, sign_in: SignIn) -> None:
    address = send(filer, grant_xml()).headers["Location"]
    stranger, elsewhere = member("administrator")
    other = sign_in(app.test_client(), stranger, elsewhere)
    for path in (address, f"{address}/report.json", f"{address}/report.txt", "/assets/import/0000000000000000"):
        assert other.get(path).status_code == 404


def test_a_document_is_given_to_members_alone(
    filer: FlaskClient, app: Flask, organisation: Organisation, sign_in: SignIn
) -> None:
    person, _organisation = member("filer", organisation=organisation)
    with transaction():
        document = documents.receive(
            actor=actor_of(person, organisation), stream=[b"ours"], name="a.txt", organisation_id=organisation.id
        )
        address = f"/assets/documents/{document.public_id}"
    assert filer.get(address).data == b"ours"
    stranger, elsewhere = member("administrator")
    assert sign_in(app.test_client(), stranger, elsewhere).get(address).status_code == 404
    assert app.test_client().get(address).status_code == 303
    assert filer.get("/assets/documents/nothing").status_code == 404
