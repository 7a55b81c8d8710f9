"""The register and its imports for programs."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ipplatform.domain.accounts.models import Organisation
from ipplatform.foundation import jobs
from tests.factories import bearer, make_organisation, make_person, member
from tests.factories.assets import grant_xml, make_asset

Headers = dict[str, str]


@pytest.fixture
def organisation(app: Flask) -> Organisation:
    return make_organisation()


@pytest.fixture
def headers(organisation: Organisation) -> Headers:
    return bearer(member("filer", organisation=organisation)[0], organisation)


def test_the_tokens_organisation_sees_its_assets(
    client: FlaskClient, organisation: Organisation, headers: Headers
) -> None:
    own = make_asset(organisation)
    make_asset()
    answer = client.get("/api/v1/assets", headers=headers)
    assert answer.status_code == 200
    (item,) = answer.json["items"]
    assert item["id"] == own.public_id
    assert item["parties"][0] == {"role": "owner", "name": organisation.name, "country": "CN", "share": "1/1"}
    assert item["classifications"] == [{"scheme": "ipc", "code": "H01M 10/0525"}]
    assert answer.json["next"] is None


@pytest.mark.parametrize(
    ("query", "found"), [("kind=patent", 1), ("kind=design", 0), ("q=cooling", 1), ("status=lapsed", 0)]
)
def test_filters_narrow_the_list(
    client: FlaskClient, organisation: Organisation, headers: Headers, query: str, found: int
) -> None:
    make_asset(organisation)
    assert len(client.get(f"/api/v1/assets?{query}", headers=headers).json["items"]) == found


def test_a_filter_that_is_none_is_a_problem_at_its_field(client: FlaskClient, headers: Headers) -> None:
    answer = client.get("/api/v1/assets?kind=poem", headers=headers)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["kind"])


def test_one_asset_has_its_content(client: FlaskClient, headers: Headers) -> None:
    public = make_asset(content={"claims": ["1. A plate."]})
    answer = client.get(f"/api/v1/assets/{public.public_id}", headers=headers)
    assert answer.json["claims"] == ["1. A plate."]
    assert answer.json["abstract"] == public.abstract


def test_the_content_of_a_trade_secret_is_never_given(
    client: FlaskClient, organisation: Organisation, headers: Headers
) -> None:
    secret = make_asset(organisation, kind="trade_secret", content={"claims": ["secret"]})
    answer = client.get(f"/api/v1/assets/{secret.public_id}", headers=headers)
    assert (answer.json["claims"], answer.json["abstract"]) == ([], "")


def test_undecided_assets_of_others_are_not_found(client: FlaskClient, headers: Headers) -> None:
    asset = make_asset(status="pending")
    assert client.get(f"/api/v1/assets/{asset.public_id}", headers=headers).status_code == 404


def test_a_program_imports_a_file_and_reads_the_report(client: FlaskClient, headers: Headers) -> None:
    content = grant_xml() + grant_xml("H002201", "H1")
    sent = {"file": (io.BytesIO(content.encode()), "ipg.xml")}
    answer = client.post("/api/v1/imports", headers=headers, data=sent)
    assert (answer.status_code, answer.json["status"]) == (202, "waiting")
    jobs.run_all()
    report = client.get(f"/api/v1/imports/{answer.json['id']}", headers=headers).json
    assert report["counts"] == {"taken": 1, "doubtful": 0, "refused": 1, "unchanged": 0}
    assert [line["outcome"] for line in report["documents"]] == ["taken", "refused"]
    assert report["documents"][1]["reasons"][0]["code"] == "sir"
    refused = client.get(f"/api/v1/imports/{answer.json['id']}?outcome=refused", headers=headers).json
    assert len(refused["documents"]) == 1


def test_a_wrong_file_is_a_problem_at_the_file(client: FlaskClient, headers: Headers) -> None:
    sent = {"file": (io.BytesIO(b"%PDF-1.7"), "a.pdf")}
    answer = client.post("/api/v1/imports", headers=headers, data=sent)
    assert (answer.status_code, answer.json["code"], list(answer.json["errors"])) == (422, "media_type", ["file"])
    assert client.post("/api/v1/imports", headers=headers).status_code == 422


def test_scopes_and_roles_are_asked_for(client: FlaskClient, organisation: Organisation) -> None:
    viewer = member("viewer", organisation=organisation)[0]
    content = {"file": (io.BytesIO(grant_xml().encode()), "a.xml")}
    assert client.post("/api/v1/imports", headers=bearer(viewer, organisation), data=content).status_code == 403
    market = bearer(viewer, organisation, "market:read")
    assert client.get("/api/v1/assets", headers=market).json["code"] == "missing_scope"
    assert client.get("/api/v1/assets").status_code == 401
    alone = bearer(make_person(), None)
    assert client.get("/api/v1/assets", headers=alone).json["code"] == "no_organisation"


def test_another_organisations_import_is_not_found(client: FlaskClient, headers: Headers) -> None:
    sent = {"file": (io.BytesIO(grant_xml().encode()), "a.xml")}
    made = client.post("/api/v1/imports", headers=headers, data=sent).json["id"]
    person, elsewhere = member("administrator")
    assert client.get(f"/api/v1/imports/{made}", headers=bearer(person, elsewhere)).status_code == 404
