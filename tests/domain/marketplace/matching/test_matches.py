"""Matches of a need, with reasons that add up; and what owners may learn of it."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.assets.values import ClassValue
from ipplatform.domain.marketplace import index, services
from ipplatform.domain.marketplace.matching import matches
from ipplatform.domain.marketplace.matching.matches import Match, Matches
from ipplatform.domain.marketplace.models import Listing, Need
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import NotFound
from tests.databases import both_databases
from tests.factories.assets import make_asset
from tests.factories.marketplace import dealer, make_listing, make_need
from tests.factories.rights import make_grant, terms
from tests.statements import statements

pytestmark = pytest.mark.usefixtures("app")
OTHER = {
    "title": "Washing machine with bubbles",
    "problem": "Dirty cloths",
    "solution": "Air bubbles",
    "advantage": "",
    "applications": "",
}


def matched(actor: Actor, need: Need) -> Matches:
    return matches.matches_for(actor=actor, need=need)


def washing() -> Listing:
    asset = make_asset(classifications=[ClassValue("ipc", "D06F 39/00")], title="Washer", abstract="Bubbles clean.")
    return make_listing(asset, **OTHER)


@both_databases
def test_what_fits_best_comes_first_and_the_sum_of_the_reasons_is_the_score(app: Flask) -> None:
    near, far, actor = make_listing(), washing(), dealer()
    found = matched(actor, make_need(actor, problem="A solid electrolyte against dendrites, made by machine"))
    assert [match.listing.id for match in found.items] == [near.id, far.id]
    for match in found.items:
        assert match.scored.total == pytest.approx(sum(term.weight * term.part for term in match.scored.terms))
        (words,) = [term for term in match.scored.terms if term.name == "words"]
        assert sum(share.part for share in match.words) == pytest.approx(words.part, abs=2e-4)
    assert found.items[0].strength == "strong"
    assert found.items[1].strength == "weak"


def test_reasons_name_words_as_written_and_classes_with_their_rarity() -> None:
    make_listing()
    actor = dealer()
    (match,) = matched(actor, make_need(actor)).items
    assert "dendrites" in {share.word for share in match.words}
    assert match.scored.measured.overlap.shared[0].code == "H01M 10/0525"
    assert match.scored.measured.overlap.shared[0].listings == 1
    assert "your budget is 20 % under the asking price" in {verdict.text for verdict in match.verdicts}


def test_chinese_needs_find_chinese_listings() -> None:
    listing = make_listing(language="zh", title="锂离子电池隔膜", solution="一种陶瓷涂覆隔膜", problem="枝晶刺穿隔膜")
    washing()
    actor = dealer()
    need = make_need(actor, title="电池隔膜", problem="需要防止枝晶的锂电池隔膜", solution="陶瓷隔膜", classes=[])
    assert matched(actor, need).items[0].listing.id == listing.id


@both_databases
def test_a_condition_that_is_not_met_excludes_before_the_page_is_cut(app: Flask) -> None:
    fits = make_listing(territories=["DE", "US"])
    for place in (["CN"], ["JP"]):
        make_listing(territories=place)
    dear = make_listing(amount="900000")
    actor = dealer()
    need = make_need(actor, territories=["DE"])
    found = matches.matches_for(actor=actor, need=need, limit=1)
    assert [match.listing.id for match in found.items] == [fits.id]
    every = matched(actor, need)
    assert dear.id not in {match.listing.id for match in every.items}
    assert every.excluded >= 1


def test_rights_taken_in_the_ledger_exclude_even_before_the_index_knows() -> None:
    listing = make_listing(territories=["DE"], exclusivities=["exclusive", "ordinary"])
    actor = dealer()
    need = make_need(actor, exclusivity="exclusive", acts=["sell"])
    assert len(matched(actor, need).items) == 1
    everything = {"fields": {"*"}, "acts": {"make", "use", "sell"}, "territories": {"DE"}}
    make_grant(listing.asset, terms("exclusive", end=date(2045, 1, 1), **everything))
    assert matched(actor, need).items == []


def test_a_stale_index_matches_nothing_that_is_withdrawn() -> None:
    listing, actor = make_listing(), dealer()
    need = make_need(actor)
    from ipplatform.domain.accounts.actor import SYSTEM

    with transaction():
        services.close(actor=SYSTEM, listing=listing)
    assert matched(actor, need).items == []


def test_ones_own_listings_are_no_matches() -> None:
    actor = dealer()
    make_listing(make_asset(accounts.organisation(actor.organisation_id or 0)))
    assert matched(actor, make_need(actor)).items == []


def test_declined_matches_are_set_apart() -> None:
    listing, other, actor = make_listing(), make_listing(), dealer()
    need = make_need(actor)
    with transaction():
        services.decline_match(actor=actor, need=need, listing=listing, reason="price")
    found = matched(actor, need)
    assert [match.listing.id for match in found.items] == [other.id]
    assert [(match.listing.id, match.decline.reason if match.decline else "") for match in found.declined] == [
        (listing.id, "price")
    ]


def test_nobody_else_sees_the_matches_of_a_need() -> None:
    make_listing()
    with pytest.raises(NotFound):
        matched(dealer(), make_need())


def test_before_there_is_an_index_it_is_said() -> None:
    actor = dealer()
    assert not matched(actor, make_need(actor)).ready


def test_matching_costs_a_constant_number_of_statements() -> None:
    actor = dealer()
    need = make_need(actor)
    counts = []
    for _ in range(2):
        for _ in range(6):
            make_listing(indexed=False)
        index.apply_changes()
        db.session.expunge_all()
        again = db.session.merge(need)
        with statements() as sent:
            assert matched(actor, again).items
        counts.append(len(sent))
    assert counts == [3, 3]


SECRETS = {"title": "Project Nightingale", "problem": "Dendrites ruin our solid electrolyte cells at Umbrella works"}


@pytest.mark.parametrize("visibility", ["anonymous", "summary", "full"])
@both_databases
def test_owners_learn_no_more_than_the_licensee_shows(app: Flask, visibility: str) -> None:
    owner, seeker = dealer(), dealer()
    make_listing(make_asset(accounts.organisation(owner.organisation_id or 0)))
    make_need(seeker, visibility=visibility, summary="A maker of cells", **SECRETS)
    (interest,) = matches.interest_in(actor=owner)
    company = accounts.organisation(seeker.organisation_id or 0).name
    told = repr((interest.licensee, interest.title, interest.summary, interest.problem, interest.solution))
    told += _reasons(interest.matches)
    assert interest.classes == ["H01M 10/0525"]
    assert ("A maker of cells" in told) == (visibility != "anonymous")
    for secret in (company, "Nightingale", "Umbrella", "Ceramic"):
        assert (secret in told) == (visibility == "full"), secret
    assert "budget" not in told
    assert "80" not in told


def test_paused_needs_and_needs_that_do_not_fit_are_not_shown() -> None:
    owner, seeker = dealer(), dealer()
    make_listing(make_asset(accounts.organisation(owner.organisation_id or 0)))
    paused = make_need(seeker)
    with transaction():
        services.move_need(actor=seeker, need=paused, action="pause")
    make_need(seeker, territories=["US"])
    make_need(seeker, title="Washing", problem="Bubbles for cloths", solution="", classes=["D06F"], territories=[])
    assert matches.interest_in(actor=owner) == []


def _reasons(found: list[Match]) -> str:
    return repr([(match.verdicts, match.words) for match in found])
