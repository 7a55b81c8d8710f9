from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from ipplatform.domain.assets.models import AssetParty
from ipplatform.domain.licensing import queries, services
from ipplatform.domain.licensing.models import Negotiation, Offer
from ipplatform.domain.licensing.services import moves
from ipplatform.foundation import jobs
from ipplatform.foundation.clock import now, today
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import Conflict, Forbidden, Invalid, NotFound
from tests.databases import both_databases
from tests.factories.licensing import (
    Side,
    licence_terms,
    make_agreement,
    make_deal,
    make_licence,
    make_listing,
    make_side,
)
from tests.factories.rights import make_grant, make_right, terms


def decline(side: Side, negotiation: Negotiation, reason: str = "price") -> Negotiation:
    with transaction():
        return services.decline(actor=side.actor, negotiation_id=negotiation.id, reason=reason)


@both_databases
def test_offers_are_whole_versions_that_stay_as_they_were(app: Flask) -> None:
    deal = make_deal()
    first = deal.offer()
    second = deal.offer(deal.licensee, lump_sum="90000")
    db.session.expire_all()
    assert [offer.number for offer in deal.negotiation.offers] == [1, 2]
    assert (first.terms["lump_sum"], second.terms["lump_sum"]) == ("120000", "90000")
    assert [step.action for step in deal.negotiation.steps] == ["inquire", "offer", "counter"]


def test_asking_twice_about_a_listing_is_one_negotiation(app: Flask) -> None:
    deal = make_deal()
    with transaction():
        again = services.inquire(actor=deal.licensee.actor, listing_id=deal.listing.id, message="Once more")
    assert again.id == deal.negotiation.id
    decline(deal.licensor, deal.negotiation)
    with transaction():
        anew = services.inquire(actor=deal.licensee.actor, listing_id=deal.listing.id, message="And now?")
    assert anew.id != deal.negotiation.id


@pytest.mark.parametrize("status", ["draft", "closed"])
def test_only_published_listings_are_asked_about(app: Flask, status: str) -> None:
    closed = {"closed_reason": "withdrawn"} if status == "closed" else {}
    listing = make_listing(make_right(), status=status, **closed)
    with pytest.raises(NotFound), transaction():
        services.inquire(actor=make_side().actor, listing_id=listing.id, message="Hello")


def test_nobody_licenses_to_itself(app: Flask) -> None:
    owner = make_side()
    listing = make_listing(make_right(owner.organisation))
    with pytest.raises(Conflict) as refused, transaction():
        services.inquire(actor=owner.actor, listing_id=listing.id, message="Hello")
    assert refused.value.code == "same_party"


@pytest.mark.parametrize("role", ["viewer", "filer", "signatory"])
def test_only_dealers_and_administrators_negotiate(app: Flask, role: str) -> None:
    side = make_side(role)
    with pytest.raises(Forbidden), transaction():
        services.inquire(actor=side.actor, listing_id=make_listing(make_right()).id, message="Hello")


def test_one_does_not_answer_ones_own_offer(app: Flask) -> None:
    deal = make_deal()
    deal.offer()
    with pytest.raises(Conflict) as accepted:
        deal.accept(deal.licensor)
    with pytest.raises(Conflict) as countered:
        deal.offer(deal.licensor, lump_sum="1")
    with pytest.raises(Conflict) as declined:
        decline(deal.licensor, deal.negotiation)
    assert {one.value.code for one in (accepted, countered, declined)} == {"not_now"}


def test_the_other_side_cannot_withdraw_what_is_not_theirs(app: Flask) -> None:
    deal = make_deal()
    deal.offer()
    with pytest.raises(Conflict), transaction():
        services.withdraw(actor=deal.licensee.actor, negotiation_id=deal.negotiation.id)
    with transaction():
        services.withdraw(actor=deal.licensor.actor, negotiation_id=deal.negotiation.id)
    assert deal.negotiation.state == "withdrawn"


def test_an_offer_seen_before_a_newer_one_is_not_accepted(app: Flask) -> None:
    deal = make_deal()
    deal.offer()
    deal.offer(deal.licensee, lump_sum="1")
    with pytest.raises(Conflict) as refused:
        deal.accept(deal.licensor, number=1)
    assert refused.value.code == "offer_changed"
    assert refused.value.detail == {"offer": 2}


def test_the_same_offer_sent_twice_is_one(app: Flask) -> None:
    deal = make_deal()
    assert deal.offer().id == deal.offer().id
    assert len(db.session.scalars(select(Offer)).all()) == 1


def test_accepting_twice_gives_the_same_agreement(app: Flask) -> None:
    deal, agreement = make_agreement()
    assert deal.accept().id == agreement.id


@both_databases
def test_an_offer_expires_after_its_last_day_and_either_side_goes_on(app: Flask) -> None:
    deal = make_deal()
    offer = deal.offer(valid_until=today() + timedelta(days=2))
    later = now() + timedelta(days=4)
    with time_machine.travel(later, tick=False):
        assert queries.state_of(deal.negotiation, offer) == "expired"
        with pytest.raises(Conflict):
            deal.accept()
        jobs.run_all()
        db.session.expire_all()
        assert deal.negotiation.state == "expired"
        deal.offer(deal.licensor, valid_until=today() + timedelta(days=9), start=today().isoformat())
        assert deal.negotiation.state == "offered"


def test_the_clock_does_not_end_an_offer_that_was_replaced(app: Flask) -> None:
    deal = make_deal()
    deal.offer(valid_until=today() + timedelta(days=2))
    deal.offer(deal.licensee, valid_until=today() + timedelta(days=20), lump_sum="1")
    with time_machine.travel(now() + timedelta(days=4), tick=False):
        with transaction():
            moves.expire(deal.negotiation.id)
        assert deal.negotiation.state == "offered"


def test_nothing_agreed_is_changed(app: Flask) -> None:
    deal, _agreement = make_agreement()
    for side in (deal.licensor, deal.licensee):
        with pytest.raises(Conflict):
            deal.offer(side, lump_sum="1")


def test_after_execution_nothing_moves(app: Flask) -> None:
    deal, _agreement = make_licence()
    with pytest.raises(Conflict):
        deal.offer(deal.licensor)
    with pytest.raises(Conflict):
        decline(deal.licensee, deal.negotiation)
    with pytest.raises(Conflict), transaction():
        services.say(actor=deal.licensee.actor, negotiation_id=deal.negotiation.id, message="Thanks")


def test_declining_needs_a_reason_of_the_list(app: Flask) -> None:
    deal = make_deal()
    with pytest.raises(Invalid):
        decline(deal.licensor, deal.negotiation, "because")
    assert decline(deal.licensor, deal.negotiation).declined_reason == "price"
    assert decline(deal.licensor, deal.negotiation, "terms").declined_reason == "price"


def test_terms_must_suit_the_asset(app: Flask) -> None:
    deal = make_deal()
    deal.listing.asset.expiry_date = date(2030, 1, 1)
    with transaction():
        db.session.add(
            AssetParty(
                asset_id=deal.listing.asset_id,
                role="owner",
                position=1,
                name="Second owner",
                share_numerator=1,
                share_denominator=2,
            )
        )
    db.session.expire_all()
    with pytest.raises(Invalid) as refused:
        deal.offer(acts=["affix"], start="2020-01-01", end="2031-01-01")
    assert set(refused.value.fields) == {"acts", "start", "end", "co_owner_consent"}
    assert deal.offer(exclusivity="ordinary", end="2030-01-01").terms["exclusivity"] == "ordinary"
    assert deal.offer(deal.licensee, end="2030-01-01", co_owner_consent=True).terms["co_owner_consent"] is True


def test_an_exclusive_offer_names_the_ordinary_licences_it_leaves_standing(app: Flask) -> None:
    deal = make_deal()
    earlier = make_grant(deal.listing.asset, terms("ordinary", end=None))
    with pytest.raises(Conflict):
        deal.offer()
    _, agreement = make_agreement(deal, subject_to=[earlier.public_id])
    deal.sign(agreement, deal.licensor)
    assert deal.sign(agreement, deal.licensee).executed
    with pytest.raises(Invalid):
        make_deal().offer(subject_to=[earlier.public_id])


def test_groups_are_kept_as_they_stood_on_the_day_of_the_offer(app: Flask) -> None:
    agreed = licence_terms(territories=["EP", "cn"])
    assert agreed["territories"] == ["CN", "EP"]
    assert {"CN", "DE", "TR", "GB"} <= set(agreed["countries"])


def test_a_price_the_model_does_not_use_is_dropped(app: Flask) -> None:
    agreed = licence_terms(price_model="running", lump_sum="5")
    assert (agreed["lump_sum"], agreed["royalty_rate"]) == (None, "3.5")


def test_what_waits_for_an_organisation_is_listed(app: Flask) -> None:
    deal = make_deal()
    ours, theirs = deal.licensor.organisation.id, deal.licensee.organisation.id
    assert [one.id for one in queries.waiting_for(ours)] == [deal.negotiation.id]
    assert queries.waiting_for(theirs) == []
    deal.offer()
    assert [one.id for one in queries.waiting_for(theirs)] == [deal.negotiation.id]
    agreement = deal.accept()
    deal.sign(agreement, deal.licensee)
    assert queries.waiting_for(theirs) == []
    assert [one.id for one in queries.waiting_for(ours)] == [deal.negotiation.id]
    assert queries.counts_of(ours) == {"agreed": 1}
