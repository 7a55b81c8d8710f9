"""The certificate by page and API: offered where it may be had, in the reader's language first."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from ipplatform.domain.accounts.models import Organisation, Person
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.filings.models import Filing
from ipplatform.foundation.ids import display_id
from tests.conftest import SignIn
from tests.factories import actor_of, bearer, member, office_person
from tests.factories import filings as filing
from tests.factories.erasure import make_scene, registered

Owner = tuple[Person, Organisation, Filing]


@pytest.fixture
def owner(client: FlaskClient) -> Owner:
    person, organisation = member("filer")
    return person, organisation, filing.submitted(actor_of(person, organisation))


def offered(text: str) -> list[str]:
    return re.findall(r"/certificate\?language=(\w\w)", text)


def test_the_owner_downloads_it_from_the_receipt_and_the_record(
    client: FlaskClient, sign_in: SignIn, owner: Owner
) -> None:
    person, organisation, filed = owner
    sign_in(client, person, organisation)
    for page in (f"/filings/{filed.public_id}", f"/records/{filed.public_id}"):
        assert offered(client.get(page).text) == ["en", "zh"]
    answer = client.get(f"/records/{filed.public_id}/certificate?language=zh")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert f"certificate-{display_id(filed.public_id)}-zh.pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert client.get(f"/records/{filed.public_id}/certificate?language=fr").status_code == 422


def test_a_reader_of_chinese_is_offered_chinese_first(client: FlaskClient, sign_in: SignIn, owner: Owner) -> None:
    person, organisation, filed = owner
    sign_in(client, person, organisation)
    client.post("/account/language", data={"lang": "zh"})
    assert offered(client.get(f"/records/{filed.public_id}").text) == ["zh", "en"]
    answer = client.get(f"/records/{display_id(filed.public_id)}/certificate")
    assert "-zh.pdf" in answer.headers["Content-Disposition"]


def test_what_is_not_published_is_offered_to_nobody_else(client: FlaskClient, sign_in: SignIn, owner: Owner) -> None:
    address = f"/records/{owner[2].public_id}"
    assert offered(client.get(address).text) == []
    assert client.get(f"{address}/certificate").status_code in (302, 303, 401)
    sign_in(client, *member("filer"))
    assert offered(client.get(address).text) == []
    assert client.get(f"{address}/certificate").status_code == 403
    sign_in(client, office_person("auditor"))
    assert offered(client.get(f"/office/audit/records/{owner[2].public_id}").text) == ["en", "zh"]
    assert client.get(f"{address}/certificate").status_code == 200


def test_what_is_published_is_offered_to_everybody(client: FlaskClient) -> None:
    found = registered(make_scene())
    sequencer.run_once()
    assert offered(client.get(f"/records/{found.public_id}").text) == ["en", "zh"]
    assert client.get(f"/records/{found.public_id}/certificate").status_code == 200


def test_while_it_waits_and_after_erasure_it_is_not_offered_and_the_answer_says_why(
    client: FlaskClient, sign_in: SignIn
) -> None:
    scene = make_scene()
    waiting = filing.submitted(scene.holder, sequenced=False)
    headers = {"Accept": "text/html"}
    assert offered(client.get(f"/records/{waiting.public_id}").text) == []
    erased = registered(scene)
    sequencer.run_once()
    name = erased.public_id
    scene.erase(erased)
    assert offered(client.get(f"/records/{name}").text) == []
    assert client.get(f"/records/{name}/certificate", headers=headers).status_code in (302, 303, 401, 410)


def test_the_code_leads_anybody_to_a_page_with_public_facts_alone(client: FlaskClient, owner: Owner) -> None:
    page = client.get(f"/verify/{display_id(owner[2].public_id)}")
    assert page.status_code == 200
    assert display_id(owner[2].public_id) in page.text
    for secret in ("Cooling plate", "Northfield", "Wen Ling", owner[1].name, owner[0].name):
        assert secret not in page.text


def test_programs_get_it_in_the_language_they_ask_for(client: FlaskClient, owner: Owner) -> None:
    person, organisation, filed = owner
    headers = bearer(person, organisation)
    address = f"/api/v1/filings/{filed.public_id}/certificate"
    first, again = (client.get(f"{address}?language=zh", headers=headers) for _ in range(2))
    assert (first.status_code, first.mimetype) == (200, "application/pdf")
    assert first.data == again.data
    assert client.get(f"{address}?language=fr", headers=headers).status_code == 422
    assert client.get(address, headers=bearer(*member("filer"))).json["code"] == "forbidden"
    waiting = filing.submitted(actor_of(person, organisation), sequenced=False)
    refused = client.get(f"/api/v1/filings/{waiting.public_id}/certificate", headers=headers)
    assert (refused.status_code, refused.json["code"]) == (409, "awaiting_inclusion")
