"""Hard conditions of a match: each is met, not met or unknown. Only *not met* excludes; unknown is a question to ask.

Class overlap is no condition: a seventh of true pairs share no class.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ipplatform.domain.assets.terms import add_years
from ipplatform.domain.marketplace.rules.offers import POSTED
from ipplatform.domain.rights import fields, words
from ipplatform.domain.rights.rules import EXCLUSIVE, ORDINARY, SOLE, Availability, GrantTerms
from ipplatform.foundation.i18n import _

MET, UNKNOWN, NOT_MET = "met", "unknown", "not_met"
HALF = Decimal("0.5")
_STRENGTH = {"any": 0, "open": 0, ORDINARY: 1, SOLE: 2, EXCLUSIVE: 3}


@dataclass(frozen=True, slots=True)
class Verdict:
    """``text`` says what fits or does not; ``question`` is what to ask the owner when it is unknown."""

    name: str
    state: str
    text: str
    question: str = ""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a need demands; empty sets and None demand nothing. ``territories`` are countries."""

    acts: frozenset[str] = frozenset()
    territories: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    exclusivity: str = "any"
    price_model: str = "any"
    budget: Decimal | None = None
    currency: str | None = None
    licence_years: int | None = None
    latest_date: date | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """What a listing offers; ``last_day`` None means without an end."""

    acts: frozenset[str]
    territories: frozenset[str]
    fields: frozenset[str]
    exclusivities: tuple[str, ...]
    price_model: str
    amount: Decimal | None
    currency: str | None
    last_day: date | None


def wanted_terms(need: Conditions, offer: Offered, today: date) -> GrantTerms:
    """The grant that would be asked of the owner: what is wanted as far as it is offered."""
    end = offer.last_day
    if need.licence_years is not None:
        limit = add_years(today, need.licence_years)
        end = limit if end is None else min(end, limit)
    return GrantTerms(
        exclusivity=licence_kind(need, offer),
        acts=(need.acts & offer.acts) or offer.acts,
        territories=(need.territories & offer.territories) or offer.territories,
        fields=shared_fields(need.fields, offer.fields) or offer.fields,
        start=today,
        end=None if end is None else max(today, end),
    )


def licence_kind(need: Conditions, offer: Offered) -> str:
    """The weakest licence offered that is at least what is wanted; else the strongest offered."""
    ordered = sorted(offer.exclusivities, key=lambda kind: _STRENGTH[kind])
    enough = [kind for kind in ordered if _STRENGTH[kind] >= _STRENGTH[need.exclusivity]]
    return (enough or ordered[::-1])[0]


def shared_fields(wanted: frozenset[str], offered: frozenset[str]) -> frozenset[str]:
    """The narrower of each pair of nodes of which one covers the other."""
    inside = {one for one in wanted if any(fields.covers(other, one) for other in offered)}
    return frozenset(inside | {other for other in offered if any(fields.covers(one, other) for one in wanted)})


def verdicts(need: Conditions, offer: Offered, available: Availability, today: date) -> list[Verdict]:
    """Every condition the need states, in the order people ask for them."""
    found = [
        _territories(need, offer),
        _acts(need, offer),
        _fields(need, offer),
        _exclusivity(need, offer),
        _free(need, offer, available, today),
        _term(need, offer, today),
        _price_model(need, offer),
        _budget(need, offer),
    ]
    return [verdict for verdict in found if verdict is not None]


def excluded(found: list[Verdict]) -> bool:
    return any(verdict.state == NOT_MET for verdict in found)


def _territories(need: Conditions, offer: Offered) -> Verdict | None:
    if not need.territories:
        return None
    missing = need.territories - offer.territories
    shared = words.territory_names(need.territories & offer.territories)
    if not missing:
        return Verdict("territory", MET, _("offered in %(countries)s", countries=shared))
    names = words.territory_names(missing)
    if len(missing) == len(need.territories):
        return Verdict("territory", NOT_MET, _("not offered in %(countries)s", countries=names))
    return Verdict(
        "territory",
        UNKNOWN,
        _("offered in %(countries)s, but not in %(missing)s", countries=shared, missing=names),
        _("Can %(countries)s be licensed too?", countries=names),
    )


def _acts(need: Conditions, offer: Offered) -> Verdict | None:
    if not need.acts:
        return None
    missing = need.acts - offer.acts
    if not missing:
        return Verdict("acts", MET, _("offered: %(acts)s", acts=words.act_names(need.acts)))
    names = words.act_names(missing)
    if len(missing) == len(need.acts):
        return Verdict("acts", NOT_MET, _("not offered: %(acts)s", acts=names))
    return Verdict(
        "acts", UNKNOWN, _("not offered: %(acts)s", acts=names), _("Can the licence include: %(acts)s?", acts=names)
    )


def _fields(need: Conditions, offer: Offered) -> Verdict | None:
    if not need.fields:
        return None
    outside = [one for one in need.fields if not any(fields.covers(other, one) for other in offer.fields)]
    if not outside:
        return Verdict("field", MET, _("offered for %(fields)s", fields=words.field_names(need.fields)))
    names = words.field_names(outside)
    if not shared_fields(need.fields, offer.fields):
        return Verdict("field", NOT_MET, _("not offered for %(fields)s", fields=names))
    return Verdict(
        "field",
        UNKNOWN,
        _("offered for %(fields)s only", fields=words.field_names(shared_fields(need.fields, offer.fields))),
        _("Can all of %(fields)s be licensed?", fields=names),
    )


def _exclusivity(need: Conditions, offer: Offered) -> Verdict | None:
    if need.exclusivity == "any":
        return None
    names = words.joined(words.exclusivity(kind) for kind in offer.exclusivities)
    text = _("licences offered: %(kinds)s", kinds=names)
    if need.exclusivity in offer.exclusivities or (need.exclusivity == ORDINARY and "open" in offer.exclusivities):
        return Verdict("exclusivity", MET, text)
    if _STRENGTH[licence_kind(need, offer)] > _STRENGTH[need.exclusivity]:
        wanted = words.exclusivity(need.exclusivity)
        return Verdict("exclusivity", UNKNOWN, text, _("Would you grant a licence that is only %(kind)s?", kind=wanted))
    return Verdict("exclusivity", NOT_MET, text)


def _free(need: Conditions, offer: Offered, available: Availability, today: date) -> Verdict:
    terms = wanted_terms(need, offer, today)
    if available.free:
        places = words.territory_names(terms.territories)
        free = _("free in %(countries)s %(until)s", countries=places, until=words.until(offer.last_day))
        return Verdict("rights", MET, free)
    return Verdict("rights", NOT_MET, words.refusal(available))


def _term(need: Conditions, offer: Offered, today: date) -> Verdict | None:
    if offer.last_day is not None and need.latest_date is not None and offer.last_day < need.latest_date:
        return Verdict("term", NOT_MET, _("ends on %(day)s, before you need it", day=words.day(offer.last_day)))
    if need.licence_years is None:
        return None
    if offer.last_day is None or offer.last_day >= add_years(today, need.licence_years):
        return Verdict("term", MET, _("long enough: %(until)s", until=words.until(offer.last_day)))
    return Verdict(
        "term",
        UNKNOWN,
        _("ends on %(day)s, earlier than %(years)s years", day=words.day(offer.last_day), years=need.licence_years),
        _("Is a licence until %(day)s of use to you?", day=words.day(offer.last_day)),
    )


def _price_model(need: Conditions, offer: Offered) -> Verdict | None:
    if need.price_model == "any":
        return None
    if offer.price_model == need.price_model:
        return Verdict("price_model", MET, _("the price model you want"))
    state = NOT_MET if offer.price_model == POSTED and need.price_model == "running" and offer.amount else UNKNOWN
    question = "" if state == NOT_MET else _("Would you agree to another price model?")
    return Verdict("price_model", state, _("the price model is another or to be negotiated"), question)


def _budget(need: Conditions, offer: Offered) -> Verdict | None:
    if need.budget is None:
        return None
    if offer.amount is None or offer.currency != need.currency:
        return Verdict("budget", UNKNOWN, _("no price in your currency is stated"), _("What is the price?"))
    if need.budget >= offer.amount:
        return Verdict("budget", MET, _("within your budget"))
    under = percentage_under(need.budget, offer.amount)
    text = _("your budget is %(percent)s %% under the asking price", percent=under)
    if offer.price_model == POSTED or need.budget < offer.amount * HALF:
        return Verdict("budget", NOT_MET, text)
    return Verdict("budget", UNKNOWN, text, _("Is the price open to negotiation?"))


def percentage_under(budget: Decimal, price: Decimal) -> int:
    """By how many whole per cent ``budget`` is below ``price``, rounded up to at least 1."""
    return max(1, int(((price - budget) * 100 / price).to_integral_value()))
