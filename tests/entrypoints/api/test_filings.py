from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.filings.models import Filing
from ipplatform.foundation.db import db
from tests.databases import both_databases
from tests.factories import actor_of, bearer, member, office_person
from tests.factories.filings import decided, patent_fields, png, submitted
from tests.statements import statements


def _request(**changes: Any) -> dict[str, Any]:
    return {"kind": "patent", "fields": patent_fields(), **changes}


def _send(client: FlaskClient, headers: dict[str, str], body: dict[str, Any], key: str = "one") -> Any:
    return client.post("/api/v1/filings", json=body, headers={**headers, "Idempotency-Key": key})


@pytest.mark.parametrize("form", [True, False])
def test_a_program_uploads_a_drawing_and_files(client: FlaskClient, form: bool) -> None:
    headers = bearer(*member("filer"))
    if form:
        sent = client.post("/api/v1/documents", data={"file": (io.BytesIO(png()), "figure.png")}, headers=headers)
    else:
        sent = client.post(
            "/api/v1/documents?name=figure.png", data=png(), headers=headers, content_type="application/octet-stream"
        )
    assert sent.status_code == 201, sent.text
    document = sent.get_json()
    body = _request(documents=[{"role": "drawings", "id": document["id"]}])
    made = _send(client, headers, body)
    assert made.status_code == 201, made.text
    filing = made.get_json()
    assert filing["status"] == "awaiting_inclusion"
    assert filing["documents"] == [{"role": "drawings", **document}]
    again = _send(client, headers, body)
    assert again.status_code == 200
    assert again.get_json()["id"] == filing["id"]
    sequencer.run_once()
    found = client.get(f"/api/v1/filings/{filing['id']}", headers=headers).get_json()
    assert found["status"] == "recorded"
    assert found["fields"]["classes"] == ["H01M 10/0525"]
    assert [one["id"] for one in client.get("/api/v1/filings", headers=headers).get_json()["items"]] == [filing["id"]]


def test_filing_reads_who_asks_and_then_writes_once_a_table(client: FlaskClient) -> None:
    headers = bearer(*member("filer"))
    db.session.remove()
    with statements() as sent:
        assert _send(client, headers, _request()).status_code == 201
    asked, *written = sent
    assert "api_token" in asked
    assert [one.split()[2] for one in written] == ["evidence_record", "filing", "audit_entry", "outbox"]


def test_a_new_filing_is_answered_as_it_is_read_later(client: FlaskClient) -> None:
    headers = bearer(*member("filer"))
    document = client.post("/api/v1/documents?name=a.png", data=png(), headers=headers).get_json()
    made = _send(client, headers, _request(documents=[{"role": "drawings", "id": document["id"]}])).get_json()
    assert made == client.get(f"/api/v1/filings/{made['id']}", headers=headers).get_json()
    assert made["documents"]


@both_databases
def test_one_of_many_who_send_the_same_request_at_once_makes_it_and_all_get_it(app: Flask) -> None:
    headers = bearer(*member("filer"))
    db.session.remove()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: _send(app.test_client(), headers, _request()), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.get_json()["id"] for answer in answers}) == 1
    assert db.session.scalar(select(func.count()).select_from(Record)) == 1


def test_another_request_with_the_same_key_is_a_conflict(client: FlaskClient) -> None:
    headers = bearer(*member("filer"))
    assert _send(client, headers, _request()).status_code == 201
    other = _send(client, headers, _request(fields=patent_fields(title="Another")))
    assert other.status_code == 409
    assert other.get_json()["code"] == "idempotency_mismatch"


def test_every_fault_is_named_at_its_field_and_nothing_is_kept(client: FlaskClient) -> None:
    headers = bearer(*member("filer"))
    fields = patent_fields(
        title="T" * 10_000,
        inventors=[{"name": "", "country": "Mars"}],
        owners=[{"name": "A", "country": "GB", "share": "1/3"}],
        colour="red",
    )
    refused = _send(client, headers, _request(fields=fields))
    assert refused.status_code == 422
    assert refused.content_type == "application/problem+json"
    assert set(refused.get_json()["errors"]) == {
        "title",
        "inventors.0.name",
        "inventors.0.country",
        "owners",
        "colour",
    }
    assert db.session.scalar(select(func.count()).select_from(Filing)) == 0


@pytest.mark.parametrize(
    "fields",
    [
        patent_fields(title="half \ud800 a pair"),
        patent_fields(title="a\x00b"),
        patent_fields(title=12),
        patent_fields(claims=[["nested"]]),
        patent_fields(claims=[{"number": True, "text": "1"}]),
        patent_fields(owners="nobody"),
        patent_fields(inventors=["Ada"]),
        patent_fields(classes=[{}]),
        patent_fields(unknown="x"),
        patent_fields(priorities=[{"country": "CN", "number": "1", "date": 5}]),
    ],
)
def test_odd_input_is_refused_in_words(client: FlaskClient, fields: dict[str, Any]) -> None:
    refused = client.post(
        "/api/v1/filings",
        data=json.dumps(_request(fields=fields)),
        headers={**bearer(*member("filer")), "Idempotency-Key": "one"},
        content_type="application/json",
    )
    assert refused.status_code == 422, refused.text
    assert refused.get_json()["errors"]


def test_claims_may_be_a_list(client: FlaskClient) -> None:
    body = _request(fields=patent_fields(claims=["A plate.", "The plate of claim 1, of copper."]))
    made = _send(client, bearer(*member("filer")), body)
    assert [claim["number"] for claim in made.get_json()["fields"]["claims"]] == [1, 2]


def test_a_key_is_demanded(client: FlaskClient) -> None:
    refused = client.post("/api/v1/filings", json=_request(), headers=bearer(*member("filer")))
    assert refused.status_code == 422
    assert "header Idempotency-Key" in refused.get_json()["errors"]["Idempotency-Key"][0]


@pytest.mark.parametrize(("language", "spoken"), [("en", "en"), ("zh", "zh-Hans")])
def test_an_answer_names_its_language_and_is_read_in_a_terminal(
    client: FlaskClient, language: str, spoken: str
) -> None:
    headers = {**bearer(*member("filer")), "Accept-Language": language}
    title = "电池冷却板"
    for answer in (
        _send(client, headers, _request(fields={"title": title})),
        client.get("/api/v1/openapi.json", headers=headers),
    ):
        assert answer.headers["Content-Language"] == spoken
        assert "\\u" not in answer.get_data(as_text=True)
    assert title in _send(client, headers, _request(fields=patent_fields(title=title))).get_data(as_text=True)


def test_scope_role_and_organisation_are_asked_for(client: FlaskClient) -> None:
    assert _send(client, {}, _request()).status_code == 401
    person, organisation = member("filer")
    assert _send(client, bearer(person, organisation, "filings:read"), _request()).status_code == 403
    viewer, _ = member("viewer", organisation=organisation)
    assert _send(client, bearer(viewer, organisation), _request()).status_code == 403
    filing = submitted(actor_of(person, organisation))
    stranger = bearer(*member("administrator"))
    assert client.get(f"/api/v1/filings/{filing.public_id}", headers=stranger).status_code == 404
    foreign = _send(client, stranger, _request(documents=[{"role": "drawings", "id": filing.public_id}]))
    assert foreign.get_json()["errors"] == {"documents.0.id": ["There is no such document. Upload it first."]}


def test_a_registrars_program_examines(client: FlaskClient) -> None:
    filing = submitted(actor_of(*member("filer")))
    headers = bearer(office_person("registrar"))
    (waiting,) = client.get("/api/v1/office/queue", headers=headers).get_json()["items"]
    assert waiting["title"] == ""
    address = f"/api/v1/office/filings/{filing.public_id}"
    assert client.post(f"{address}/decision", json={"outcome": "register"}, headers=headers).status_code == 403
    assert client.post(f"{address}/take", headers=headers).get_json()["title"] == "Cooling plate for battery cells"
    assert client.post(f"{address}/decision", json={"outcome": "refuse"}, headers=headers).status_code == 422
    decided_case = client.post(f"{address}/decision", json={"outcome": "register"}, headers=headers).get_json()
    assert decided_case["decisions"][0]["outcome"] == "register"
    assert client.post(f"{address}/decision", json={"outcome": "register"}, headers=headers).status_code == 409


def test_the_queue_is_the_registrars(client: FlaskClient) -> None:
    assert client.get("/api/v1/office/queue", headers=bearer(*member("administrator"))).status_code == 403


def test_a_deficiency_is_answered_once(client: FlaskClient) -> None:
    person, organisation = member("filer")
    filing, _ = decided(actor_of(person, organisation), "deficient")
    headers = {**bearer(person, organisation), "Idempotency-Key": "answer"}
    address = f"/api/v1/filings/{filing.public_id}/amendments"
    body = {"fields": {"claims": ["A plate of aluminium."]}}
    first = client.post(address, json=body, headers=headers)
    assert first.status_code == 201, first.text
    assert first.get_json()["fields"]["title"] == "Cooling plate for battery cells"
    assert client.post(address, json=body, headers=headers).status_code == 200
    other = client.post(address, json=body, headers={**headers, "Idempotency-Key": "later"})
    assert other.status_code == 409


def test_an_application_is_withdrawn(client: FlaskClient) -> None:
    person, organisation = member("filer")
    filing = submitted(actor_of(person, organisation))
    headers = bearer(person, organisation)
    address = f"/api/v1/filings/{filing.public_id}/withdrawal"
    assert client.post(address, json={"reason": "Sold."}, headers=headers).status_code == 200
    assert client.post(address, json={}, headers=headers).status_code == 409


def test_lists_are_read_page_by_page(client: FlaskClient, app: Flask) -> None:
    person, organisation = member("filer")
    made = [submitted(actor_of(person, organisation), sequenced=False).public_id for _ in range(3)]
    headers = bearer(person, organisation)
    first = client.get("/api/v1/filings?limit=2", headers=headers).get_json()
    second = client.get(f"/api/v1/filings?limit=2&after={first['next']}", headers=headers).get_json()
    assert [one["id"] for one in first["items"] + second["items"]] == made[::-1]
    assert second["next"] is None
    assert client.get("/api/v1/filings?after=nonsense", headers=headers).status_code == 422
