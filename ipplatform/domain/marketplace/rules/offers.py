"""What a listing may offer, and what becomes of it when rights are taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from ipplatform.domain.rights.rules import EXCLUSIVE, OPEN, ORDINARY, SOLE, Availability
from ipplatform.foundation.i18n import _l

EXCLUSIVITIES = (EXCLUSIVE, SOLE, ORDINARY, OPEN)
NEED_ALL_OWNERS = frozenset({EXCLUSIVE, SOLE, OPEN})
POSTED = "posted"
PRICE_MODELS: Mapping[str, Any] = {
    "lump_sum": _l("Lump sum"),
    "running": _l("Running royalty"),
    "both": _l("Lump sum and running royalty"),
    "negotiable": _l("To be negotiated"),
    POSTED: _l("Posted price, the same for all"),
}
CONTACTS: Mapping[str, Any] = {
    "platform": _l("Inquiries through the platform"),
    "organisation": _l("Also show the organisation's contact address"),
}


@dataclass(frozen=True, slots=True)
class Owner:
    """A share of title as the register has it; ``organisation_id`` None for somebody not on the platform."""

    organisation_id: int | None
    share: Fraction


def title_fault(holder_id: int, listing_organisation_id: int, owners: Sequence[Owner]) -> str | None:
    """Why title is not clean enough to list: ``not_holder``, ``shares_unknown``, ``not_owner``; None when it is."""
    if holder_id != listing_organisation_id:
        return "not_holder"
    if not owners or sum(owner.share for owner in owners) != 1:
        return "shares_unknown"
    known = {owner.organisation_id for owner in owners}
    if None not in known and listing_organisation_id not in known:
        return "not_owner"
    return None


def needs_consent(owners: int, exclusivities: Sequence[str]) -> bool:
    """Co-owned: exclusive, sole and open licences need every owner; an ordinary one does not (CN Patent Law art. 14)."""
    return owners > 1 and bool(NEED_ALL_OWNERS & set(exclusivities))


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a listing can still offer. Both empty: nothing."""

    exclusivities: tuple[str, ...]
    territories: frozenset[str]


def narrow(offered: frozenset[str], available: Mapping[str, Availability]) -> Narrowed:
    """The widest offer that is free: most territories first, then most kinds of licence.

    ``offered`` are countries; ``available`` says for each exclusivity offered what the ledger answers for all of them.
    """
    free = {
        kind: offered if found.free else (found.remaining.territories if found.remaining is not None else frozenset())
        for kind, found in available.items()
    }
    plans = [
        Narrowed(tuple(kind for kind in available if extent <= free[kind]), extent)
        for extent in {*free.values(), frozenset.intersection(*free.values()) if free else frozenset()}
        if extent
    ]
    if not plans:
        return Narrowed((), frozenset())
    return max(plans, key=lambda plan: (len(plan.territories), len(plan.exclusivities)))


def last_day(term_end: date | None, expiry: date | None) -> date | None:
    """The end of what can be licensed: the offer's own end or the right's, whichever comes first."""
    days = [day for day in (term_end, expiry) if day is not None]
    return min(days) if days else None


READINESS: Mapping[int, Any] = {
    1: _l("1: basic principles observed"),
    2: _l("2: concept formulated"),
    3: _l("3: proof of concept"),
    4: _l("4: validated in the laboratory"),
    5: _l("5: validated in a relevant environment"),
    6: _l("6: demonstrated in a relevant environment"),
    7: _l("7: prototype in operation"),
    8: _l("8: complete and qualified"),
    9: _l("9: proven in operation"),
}


def price_faults(
    model: str, *, has_amount: bool, has_rate: bool, has_currency: bool, offers_open: bool
) -> dict[str, Any]:
    """Field -> what is missing or does not belong, for a price model; an open licence needs a posted price."""
    faults: dict[str, Any] = {}
    if model == POSTED and not (has_amount or has_rate):
        faults["amount"] = _l("A posted price needs a lump sum, a royalty rate, or both.")
    if has_amount and not has_currency:
        faults["currency"] = _l("Choose the currency of the lump sum.")
    if offers_open and model != POSTED:
        faults["price_model"] = _l("An open licence needs a posted price.")
    if has_amount and model == "running":
        faults["amount"] = _l("A running royalty has no lump sum.")
    if has_rate and model == "lump_sum":
        faults["royalty_rate"] = _l("A lump sum has no royalty rate.")
    return faults
