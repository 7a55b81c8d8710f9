"""The market for programs: listings, needs, matches and search."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from ipplatform.domain.marketplace import index
from tests.factories import bearer, member
from tests.factories.assets import make_asset
from tests.factories.marketplace import make_listing, offer, wish

pytestmark = pytest.mark.usefixtures("app")
API = "/api/v1"
Headers = dict[str, str]


@pytest.fixture
def owner() -> tuple[Headers, str]:
    """A dealer's token and an asset of their organisation."""
    person, organisation = member("dealer")
    return bearer(person, organisation), make_asset(organisation).public_id


@pytest.fixture
def seeker() -> Headers:
    return bearer(*member("dealer"))


def test_a_listing_is_drafted_changed_published_found_and_closed(client: FlaskClient, owner: Any) -> None:
    headers, asset = owner
    made = client.post(f"{API}/listings", headers=headers, json=offer(asset=asset))
    assert made.status_code == 201
    assert made.json["amount"] == "100000"
    address = f"{API}/listings/{made.json['id']}"
    assert client.put(address, headers=headers, json=offer(title="Changed", problem="")).json["title"] == "Changed"
    assert client.post(f"{address}/publication", headers=headers).json["status"] == "published"
    index.apply_changes()
    found = client.get(f"{API}/search?q=electrolyte&ipc=H01M&territory=DE", headers=headers).json
    assert [hit["listing"]["id"] for hit in found["hits"]] == [made.json["id"]]
    assert "<mark>electrolyte</mark>" in found["hits"][0]["snippet"]
    assert {"value": "patent", "count": 1} in found["facets"]["kind"]
    closed = client.post(f"{address}/closure", headers=headers, json={"reason": "licensed"})
    assert closed.json["closed_reason"] == "licensed"
    assert client.delete(address, headers=headers).status_code == 409


def test_a_draft_is_deleted_and_listed_only_at_home(client: FlaskClient, owner: Any, seeker: Headers) -> None:
    headers, asset = owner
    made = client.post(f"{API}/listings", headers=headers, json=offer(asset=asset)).json["id"]
    assert [one["id"] for one in client.get(f"{API}/listings", headers=headers).json["items"]] == [made]
    assert client.get(f"{API}/listings", headers=seeker).json["items"] == []
    assert client.get(f"{API}/listings/{made}", headers=seeker).status_code == 404
    assert client.delete(f"{API}/listings/{made}", headers=seeker).status_code == 404
    assert client.delete(f"{API}/listings/{made}", headers=headers).status_code == 204


def test_problems_name_their_fields(client: FlaskClient, owner: Any, seeker: Headers) -> None:
    headers, asset = owner
    answer = client.post(f"{API}/listings", headers=headers, json=offer(asset=asset, amount="x", price_model="free"))
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert {"amount", "price_model"} <= set(answer.json["errors"])
    assert client.post(f"{API}/listings", headers=seeker, json=offer(asset=asset)).status_code == 404


def test_what_keeps_a_listing_back_is_said(client: FlaskClient) -> None:
    person, organisation = member("dealer")
    draft = make_listing(make_asset(organisation, status="pending"), published=False)
    answer = client.post(f"{API}/listings/{draft.public_id}/publication", headers=bearer(person, organisation))
    assert (answer.status_code, answer.json["code"]) == (409, "not_publishable")
    assert answer.json["context"]["reasons"][0]["code"] == "not_alive"


def test_the_score_of_a_match_is_recomputed_from_its_terms(client: FlaskClient, seeker: Headers) -> None:
    make_listing()
    make_listing(title="Battery cell", solution="A cell in a battery")
    need = client.post(f"{API}/needs", headers=seeker, json=wish()).json
    assert need["budget"] == "80000"
    found = client.get(f"{API}/needs/{need['id']}/matches", headers=seeker).json["items"]
    assert len(found) == 2
    for match in found:
        assert match["score"] == pytest.approx(sum(term["weight"] * term["part"] for term in match["terms"]))
        parts = {term["name"]: term["part"] for term in match["terms"]}
        assert sum(word["part"] for word in match["words"]) == pytest.approx(parts["words"], abs=2e-4)
        assert {"territory", "exclusivity", "rights", "budget"} <= {one["name"] for one in match["conditions"]}
    assert found[0]["score"] >= found[1]["score"]


def test_a_need_is_changed_moved_and_answered(client: FlaskClient, seeker: Headers) -> None:
    listing = make_listing()
    need = client.post(f"{API}/needs", headers=seeker, json=wish()).json["id"]
    address = f"{API}/needs/{need}"
    assert client.put(address, headers=seeker, json=wish(title="Other", solution="")).json["title"] == "Other"
    assert client.post(f"{address}/moves", headers=seeker, json={"action": "pause"}).json["status"] == "paused"
    declined = client.post(f"{address}/matches/{listing.public_id}/decline", headers=seeker, json={"reason": "price"})
    assert declined.status_code == 204
    assert client.get(f"{address}/matches", headers=seeker).json["declined"][0]["declined"] == "price"
    assert [one["id"] for one in client.get(f"{API}/needs", headers=seeker).json["items"]] == [need]


def test_others_and_other_scopes_are_refused(client: FlaskClient, seeker: Headers) -> None:
    need = client.post(f"{API}/needs", headers=seeker, json=wish()).json["id"]
    stranger = bearer(*member("administrator"))
    assert client.get(f"{API}/needs/{need}", headers=stranger).status_code == 404
    reader = bearer(*member("administrator"), "market:read")
    assert client.post(f"{API}/needs", headers=reader, json=wish()).status_code == 403
    assert client.get(f"{API}/search").status_code == 401
    assert client.get(f"{API}/search", headers=bearer(*member("dealer"), "filings:read")).status_code == 403


@pytest.mark.parametrize("query", ['q="', "q=%00", "limit=0", "after=x", "ipc=%F0%9F%92%A1", "sort=x"])
def test_strange_questions_are_no_server_errors(client: FlaskClient, seeker: Headers, query: str) -> None:
    make_listing()
    assert client.get(f"{API}/search?{query}", headers=seeker).status_code in (200, 422)
