from __future__ import annotations

import pytest
from flask import Flask

from ipplatform.domain.licensing import guidance, queries, words
from ipplatform.foundation.clock import today
from ipplatform.foundation.i18n import force_locale
from tests.factories.licensing import Deal, licence_terms, make_agreement, make_deal


def next_for(deal: Deal, side: str) -> str:
    organisation = getattr(deal, side).organisation
    offer = queries.current_offer(deal.negotiation)
    return guidance.next_action(
        deal.negotiation,
        state=queries.state_of(deal.negotiation, offer),
        organisation_id=organisation.id,
        offer=offer,
        agreement=queries.agreement_of(deal.negotiation.id),
    )


def test_terms_are_said_in_words(app: Flask) -> None:
    said = dict(words.rows(licence_terms(territories=["EP", "CN"], end=None, royalty_rate="3.25", sublicensing="1")))
    assert said["Acts"] == "make and sell"
    assert said["Territories"] == "China and European Patent Convention states"
    assert said["Last day"] == "for the whole life of the right"
    assert said["Lump sum"] == "CN¥120,000.00"
    assert said["Royalty on net sales"] == "3.25%"
    assert said["Sublicences"] == "allowed, levels: 1"
    assert "Further terms" not in said


def test_terms_are_said_in_chinese(app: Flask) -> None:
    agreed = licence_terms()
    with force_locale("zh"):
        assert words.say("lump_sum", agreed) == "¥120,000.00"
        assert words.say("territories", agreed) == "德国"


def test_versions_stand_side_by_side(app: Flask) -> None:
    rows = words.comparison(licence_terms(), licence_terms(lump_sum="90000", notes="By sea only"))
    changed = [(label, before, after) for label, before, after in rows if before != after]
    assert changed == [("Lump sum", "CN¥120,000.00", "CN¥90,000.00"), ("Further terms", "", "By sea only")]


def test_a_form_filled_from_terms_gives_the_same_terms(app: Flask) -> None:
    agreed = licence_terms(territories=["EU", "JP"], notes="x", sublicensing="2")
    filled = words.as_form(agreed)
    again = licence_terms(**{name: value for name, value in filled.items() if value is not None})
    assert again == agreed


def test_a_listing_suggests_the_first_offer(app: Flask) -> None:
    deal = make_deal()
    filled = words.from_listing(deal.listing, today())
    assert filled["fields_of_use"] == ["batteries.traction"]
    assert filled["exclusivity"] == ""
    assert filled["price_model"] == "both"


@pytest.mark.parametrize("side", ["licensor", "licensee"])
def test_each_side_is_told_what_comes_next(app: Flask, side: str) -> None:
    deal = make_deal()
    own = side == "licensor"
    assert ("asks for a licence" if own else "has your inquiry") in next_for(deal, side)
    deal.offer()
    assert ("can answer your offer" if own else "Accept the offer") in next_for(deal, side)
    agreement = deal.accept()
    assert "a signatory of your organisation signs it" in next_for(deal, side)
    deal.sign(agreement, deal.licensee)
    assert ("a signatory of your organisation" if own else "has to sign now") in next_for(deal, side)
    deal.sign(agreement, deal.licensor)
    assert "in force and recorded" in next_for(deal, side)


def test_numbers_are_those_of_the_agreement(app: Flask) -> None:
    _deal, agreement = make_agreement()
    assert agreement.number.startswith("A-")
    assert agreement.document.name == f"{agreement.number}.pdf"
