"""A licence from inquiry to execution by two programs with tokens, and what each answer says."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ipplatform.domain.rights import queries as rights
from ipplatform.foundation.db import db
from tests.factories import bearer
from tests.factories.accounts import PASSWORD
from tests.factories.licensing import Side, form, make_agreement, make_deal, make_listing, make_side
from tests.factories.rights import make_grant, make_right, terms


class Program:
    """A client with one side's token."""

    def __init__(self, client: FlaskClient, side: Side, *scopes: str):
        self._client, self._headers = client, bearer(side.person, side.organisation, *scopes)

    def get(self, path: str) -> TestResponse:
        return self._client.get(f"/api/v1{path}", headers=self._headers)

    def post(self, path: str, **body: Any) -> TestResponse:
        return self._client.post(f"/api/v1{path}", json=body, headers=self._headers)


def offer(**changes: Any) -> dict[str, Any]:
    return {**form(**changes), "sublicensing": 0}


def test_from_inquiry_to_execution(client: FlaskClient) -> None:
    owner, seeker = make_side(), make_side()
    listing = make_listing(make_right(owner.organisation))
    ours, theirs = Program(client, owner), Program(client, seeker)
    asked = theirs.post("/negotiations", listing=listing.public_id, message="May we?")
    assert asked.status_code == 201, asked.text
    path = f"/negotiations/{asked.json['id']}"
    assert asked.json["actions"] == ["message", "offer", "withdraw"]
    made = ours.post(f"{path}/offers", **offer(), seen=0)
    assert made.status_code == 201, made.text
    assert (made.json["number"], made.json["by"], made.json["terms"]["lump_sum"]) == (1, "licensor", "120000")
    assert made.json["terms"]["countries"] == ["DE"]
    accepted = theirs.post(f"{path}/acceptance", offer=1)
    assert accepted.status_code == 201, accepted.text
    agreement = f"/agreements/{accepted.json['id']}"
    document = theirs.get(f"{agreement}/document")
    assert hashlib.sha256(document.data).hexdigest() == accepted.json["sha256"]
    signed = {"sha256": accepted.json["sha256"], "password": PASSWORD}
    assert theirs.post(f"{agreement}/signature", **signed).json["state"] == "awaiting"
    done = ours.post(f"{agreement}/signature", **signed)
    assert done.status_code == 201, done.text
    assert (done.json["state"], len(done.json["signatures"])) == ("executed", 2)
    assert done.json["filing"]
    assert theirs.get(path).json["state"] == "executed"
    assert [one["id"] for one in theirs.get("/negotiations").json["items"]] == [asked.json["id"]]
    assert [one["id"] for one in ours.get("/agreements?state=executed").json["items"]] == [done.json["id"]]
    grants = ours.get(f"/assets/{listing.asset.public_id}/grants").json["grants"]
    assert [one["licensee"] for one in grants] == [seeker.organisation.name]
    assert theirs.get(f"/assets/{listing.asset.public_id}/grants").json["grants"][0]["licensee"] is None


def test_a_taken_right_is_a_problem_with_the_overlap_and_what_remains(client: FlaskClient) -> None:
    deal = make_deal()
    taken = make_grant(deal.listing.asset, terms("exclusive", end=None))
    ours = Program(client, deal.licensor)
    answer = ours.post(f"/negotiations/{deal.negotiation.public_id}/offers", **offer(territories=["DE", "FR"]))
    assert (answer.status_code, answer.json["code"]) == (409, "grant_conflict")
    assert answer.mimetype == "application/problem+json"
    assert answer.json["context"]["conflicts"][0]["grant"] == taken.number
    assert answer.json["context"]["remaining"]["territories"] == ["FR"]


def test_a_wrong_password_and_a_conflict_at_signing_are_answers_that_last(client: FlaskClient) -> None:
    deal, agreement = make_agreement()
    path = f"/agreements/{agreement.public_id}/signature"
    ours, theirs = Program(client, deal.licensor), Program(client, deal.licensee)
    wrong = theirs.post(path, sha256=agreement.sha256, password="no")
    assert (wrong.status_code, wrong.json["code"]) == (422, "wrong_password")
    theirs.post(path, sha256=agreement.sha256, password=PASSWORD)
    make_grant(deal.listing.asset, terms("exclusive", end=None))
    refused = ours.post(path, sha256=agreement.sha256, password=PASSWORD)
    assert (refused.status_code, refused.json["code"]) == (409, "grant_conflict")
    db.session.expire_all()
    after = ours.get(f"/negotiations/{deal.negotiation.public_id}").json
    assert after["state"] == "reopened"
    assert after["blocked"]["conflicts"][0]["exclusivity"] == "exclusive"
    assert len(rights.grants_of(agreement.asset_id)) == 1


def test_a_third_organisation_finds_nothing(client: FlaskClient) -> None:
    deal, agreement = make_agreement()
    stranger = Program(client, make_side())
    thread, signed = f"/negotiations/{deal.negotiation.public_id}", f"/agreements/{agreement.public_id}"
    answers = [
        stranger.get(thread),
        stranger.post(f"{thread}/messages", message="Hello"),
        stranger.post(f"{thread}/offers", **offer()),
        stranger.post(f"{thread}/acceptance", offer=1),
        stranger.post(f"{thread}/refusal", reason="price"),
        stranger.post(f"{thread}/withdrawal"),
        stranger.get(signed),
        stranger.get(f"{signed}/document"),
        stranger.post(f"{signed}/signature", sha256=agreement.sha256, password=PASSWORD),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert stranger.get("/negotiations").json["items"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"acts": ["fly"]}, "acts.0"),
        ({"territories": ["XX"]}, "territories.0"),
        ({"fields_of_use": []}, "fields_of_use"),
        ({"lump_sum": 1.5}, "lump_sum"),
        ({"lump_sum": "1e3000"}, "lump_sum"),
        ({"lump_sum": "NaN"}, "lump_sum"),
        ({"royalty_rate": "101"}, "royalty_rate"),
        ({"royalty_rate": None}, "royalty_rate"),
        ({"currency": "XYZ"}, "currency"),
        ({"end": "2001-01-01"}, "end"),
        ({"valid_until": "2001-01-01"}, "valid_until"),
        ({"notes": "a\x00b"}, "notes"),
        ({"subject_to": ["0" * 16]}, "subject_to"),
        ({"exclusivity": "open"}, "exclusivity"),
    ],
)
def test_each_mistake_is_named_by_its_field(client: FlaskClient, change: dict[str, Any], field: str) -> None:
    deal = make_deal()
    answer = Program(client, deal.licensor).post(
        f"/negotiations/{deal.negotiation.public_id}/offers", **{**offer(), **change}
    )
    assert answer.status_code == 422
    assert field in answer.json["errors"], answer.json


def test_a_token_for_reading_moves_nothing(client: FlaskClient) -> None:
    deal = make_deal()
    reader = Program(client, deal.licensor, "licences:read")
    path = f"/negotiations/{deal.negotiation.public_id}"
    assert reader.get(path).status_code == 200
    assert reader.post(f"{path}/messages", message="Hello").status_code == 403


def test_what_is_free_can_be_asked_before_anything_is_offered(client: FlaskClient) -> None:
    seeker = Program(client, make_side())
    asset = make_right()
    extent = {name: offer()[name] for name in ("exclusivity", "acts", "territories", "fields_of_use", "start", "end")}
    path = f"/assets/{asset.public_id}/availability"
    assert seeker.post(path, **extent).json == {"free": True, "conflicts": [], "remaining": None}
    make_grant(asset, terms("exclusive", end=None))
    answer = seeker.post(path, **extent).json
    assert answer["free"] is False
    assert answer["remaining"]["acts"] == ["make"]


def test_the_vocabulary_speaks_the_language_asked_for(app: Flask, client: FlaskClient) -> None:
    english = client.get("/api/v1/rights/vocabulary").json
    chinese = client.get("/api/v1/rights/vocabulary", headers={"Accept-Language": "zh-CN"}).json
    assert {"code": "DE", "label": "Germany"} in english["territories"]
    assert {"code": "DE", "label": "德国"} in chinese["territories"]
    assert {"code": "batteries.traction", "label": "batteries › traction"} in english["fields_of_use"]
    assert {"code": "sell", "label": "sell"}.items() <= next(a for a in english["acts"] if a["code"] == "sell").items()
