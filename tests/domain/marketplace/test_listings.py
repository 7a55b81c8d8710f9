"""Listings: published on firm ground only, closed or narrowed when it gives way."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from marshmallow import ValidationError

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.assets import services as assets
from ipplatform.domain.assets.values import PartyValue
from ipplatform.domain.audit import queries as audit
from ipplatform.domain.marketplace import access, jobs, queries, services
from ipplatform.domain.marketplace.schemas import ListingSchema
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import Conflict, Forbidden, Invalid, NotFound
from tests.databases import both_databases
from tests.factories import actor_of, make_organisation, member
from tests.factories.assets import make_asset
from tests.factories.marketplace import dealer, make_listing, offer
from tests.factories.rights import make_grant, terms

pytestmark = pytest.mark.usefixtures("app")
EVERYWHERE: dict[str, Any] = {"fields": {"*"}, "acts": {"make", "use", "sell"}}


def loaded(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = ListingSchema().load(offer(**changes))
    return values


def again(public_id: str) -> Any:
    db.session.expire_all()
    return queries.listing(public_id)


@both_databases
def test_a_dealer_drafts_publishes_and_closes(app: Flask) -> None:
    actor = dealer()
    asset = make_asset(_organisation(actor))
    with transaction():
        listing = services.draft(actor=actor, asset_public_id=asset.public_id, values=loaded())
        assert not listing.is_public
        services.publish(actor=actor, listing=listing)
    assert listing.is_public
    assert [found.id for found in queries.published().items] == [listing.id]
    with transaction():
        services.close(actor=actor, listing=listing, reason="licensed")
    assert listing.is_public
    assert queries.published().items == []
    done = [entry.action for entry in audit.entries(subject=listing.public_id).items]
    assert done == ["listing.close", "listing.publish", "listing.draft"]


def test_only_dealers_of_the_holder_may_offer() -> None:
    viewer, organisation = member("viewer")
    asset = make_asset(organisation)
    with pytest.raises(Forbidden):
        services.draft(actor=actor_of(viewer, organisation), asset_public_id=asset.public_id, values=loaded())
    with pytest.raises(NotFound):
        services.draft(actor=dealer(), asset_public_id=asset.public_id, values=loaded())


def test_a_draft_is_nobody_elses_business() -> None:
    draft = make_listing(published=False)
    with pytest.raises(NotFound):
        access.visible_listing(actor=dealer(), reference=draft.public_id)
    with pytest.raises(NotFound):
        access.own_listing(actor=dealer(), reference=draft.public_id)


@pytest.mark.parametrize(
    ("asset", "offered", "code"),
    [
        ({"status": "pending"}, {}, "not_alive"),
        ({"expiry_date": date(2021, 1, 1)}, {}, "not_alive"),
        ({}, {"term_end": "2021-01-01"}, "term_over"),
        (
            {"parties": [PartyValue("owner", name, "CN", Fraction(1, 2)) for name in ("A", "B")]},
            {"exclusivities": ["exclusive"]},
            "consent",
        ),
    ],
)
def test_what_has_no_ground_is_not_published(asset: dict[str, Any], offered: dict[str, Any], code: str) -> None:
    listing = make_listing(make_asset(**asset), published=False, **offered)
    with pytest.raises(Conflict) as refusal:
        services.publish(actor=SYSTEM, listing=listing)
    assert [one["code"] for one in refusal.value.detail["reasons"]] == [code]
    assert listing.status == "draft"


def test_rights_that_are_taken_cannot_be_offered() -> None:
    asset = make_asset()
    make_grant(asset, terms("exclusive", territories={"DE"}, **EVERYWHERE))
    listing = make_listing(asset, published=False)
    with pytest.raises(Conflict) as refusal:
        services.publish(actor=SYSTEM, listing=listing)
    assert "Germany" in str(refusal.value)


@both_databases
def test_a_grant_narrows_the_offer_to_what_remains(app: Flask) -> None:
    listing = make_listing(territories=["DE", "FR", "CN"], exclusivities=["exclusive"])
    make_grant(listing.asset, terms("exclusive", territories={"DE"}, end=date(2035, 1, 1), **EVERYWHERE))
    found = again(listing.public_id)
    assert found.status == "published"
    assert sorted(found.territories) == ["CN", "FR"]
    assert found.narrowed_at is not None


def test_a_grant_of_everything_closes_the_offer() -> None:
    listing = make_listing(territories=["DE"], exclusivities=["exclusive"])
    make_grant(listing.asset, terms("exclusive", territories={"DE"}, end=date(2045, 1, 1), **EVERYWHERE))
    found = again(listing.public_id)
    assert (found.status, found.closed_reason) == ("closed", "rights_taken")


def test_an_ordinary_grant_leaves_the_ordinary_offer() -> None:
    listing = make_listing(exclusivities=["exclusive", "ordinary"], territories=["DE"])
    make_grant(listing.asset, terms("ordinary", territories={"DE"}, **EVERYWHERE))
    assert again(listing.public_id).exclusivities == ["ordinary"]


@both_databases
def test_a_right_that_ends_closes_its_listings(app: Flask) -> None:
    listing = make_listing()
    with transaction():
        assets.set_status(listing.asset, "lapsed", "fee")
    found = again(listing.public_id)
    assert (found.status, found.closed_reason) == ("closed", "not_alive")


def test_a_new_title_closes_the_old_owners_listing() -> None:
    listing = make_listing()
    buyer = make_organisation()
    with transaction():
        assets.replace_owners(listing.asset, [PartyValue("owner", buyer.name, "CN", Fraction(1), buyer.id)])
    assert again(listing.public_id).closed_reason == "title_changed"


def test_a_right_that_ended_by_date_is_closed_in_the_night() -> None:
    listing = make_listing()
    with transaction():
        listing.asset.expiry_date = date(2024, 1, 1)
    with transaction():
        jobs.nightly({})
        jobs.nightly({})
    assert again(listing.public_id).closed_reason == "not_alive"


def test_an_edit_that_could_not_stay_published_changes_nothing() -> None:
    asset = make_asset()
    make_grant(asset, terms("exclusive", territories={"US"}, end=date(2045, 1, 1), **EVERYWHERE))
    listing = make_listing(asset, territories=["DE"])
    with pytest.raises(Conflict):
        services.edit(actor=SYSTEM, listing=listing, values=loaded(territories=["US"], title="Other"))
    db.session.commit()
    found = again(listing.public_id)
    assert (found.territories, found.title) == (["DE"], offer()["title"])


def test_only_drafts_are_deleted_and_states_are_kept() -> None:
    listing = make_listing()
    with pytest.raises(Conflict):
        services.discard(actor=SYSTEM, listing=listing)
    with pytest.raises(Conflict):
        services.publish(actor=SYSTEM, listing=listing)
    with pytest.raises(Invalid):
        services.close(actor=SYSTEM, listing=listing, reason="rights_taken")
    draft = make_listing(published=False)
    with transaction():
        services.discard(actor=SYSTEM, listing=draft)
    assert queries.listing(draft.public_id) is None


def test_acts_belong_to_the_kind_of_right() -> None:
    asset = make_asset()
    with pytest.raises(Invalid) as refusal:
        services.draft(actor=SYSTEM, asset_public_id=asset.public_id, values=loaded(acts=["rent"]))
    assert list(refusal.value.fields) == ["acts"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"solution": "a\x00b"}, "solution"),
        ({"exclusivities": []}, "exclusivities"),
        ({"exclusivities": ["total"]}, "exclusivities"),
        ({"territories": []}, "territories"),
        ({"territories": ["Atlantis"]}, "territories"),
        ({"other_territories": "KE QQ"}, "other_territories"),
        ({"fields_of_use": ["nonsense"]}, "fields_of_use"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "1.234"}, "amount"),
        ({"amount": "9" * 20}, "amount"),
        ({"amount": "1e999999"}, "amount"),
        ({"currency": None}, "currency"),
        ({"royalty_rate": "120", "price_model": "both"}, "royalty_rate"),
        ({"maturity": 10}, "maturity"),
        ({"language": "fr"}, "language"),
        ({"term_end": "soon"}, "term_end"),
    ],
)
def test_what_cannot_be_is_an_error_on_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        loaded(**changes)
    assert field in refusal.value.messages_dict


def test_groups_and_other_countries_are_taken() -> None:
    values = loaded(territories=["EP", "cn"], other_territories="ke, pe", amount="1,250.50")
    assert values["territories"] == ["EP", "CN", "KE", "PE"]
    assert str(values["amount"]) == "1250.50"


def _organisation(actor: Any) -> Any:
    from ipplatform.domain.accounts import queries as accounts

    return accounts.organisation(actor.organisation_id)
