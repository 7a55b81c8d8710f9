"""Structured terms of a licence: one JSON object, the same in offer, agreement, manifest and API.

``exclusivity``, ``acts``, ``territories`` (codes as chosen: countries and groups), ``countries`` (expanded on the day
of the offer), ``fields``, ``start``, ``end`` (ISO dates, end may be null), ``sublicensing`` (levels), ``subject_to``
(public ids of earlier ordinary grants), ``price_model``, ``lump_sum``, ``royalty_rate`` (per cent of net sales),
``minimum_per_year`` (amounts as decimal strings or null), ``currency``, ``governing_law`` (country), ``language``
(en, zh or both), ``co_owner_consent``, ``notes``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ipplatform.domain.rights.rules import BARRING, GrantTerms
from ipplatform.foundation.i18n import _l

Terms = Mapping[str, Any]

LUMP_SUM, RUNNING, BOTH, MINIMUM = "lump_sum", "running", "both", "minimum"
PRICE_MODELS: Mapping[str, Any] = {
    LUMP_SUM: _l("Lump sum"),
    RUNNING: _l("Running royalty"),
    BOTH: _l("Lump sum and running royalty"),
    MINIMUM: _l("Running royalty with a yearly minimum"),
}
PRICE_FIELDS: Mapping[str, tuple[str, ...]] = {
    LUMP_SUM: ("lump_sum",),
    RUNNING: ("royalty_rate",),
    BOTH: ("lump_sum", "royalty_rate"),
    MINIMUM: ("royalty_rate", "minimum_per_year"),
}
AMOUNTS = ("lump_sum", "royalty_rate", "minimum_per_year")
LANGUAGES: Mapping[str, Any] = {"en": _l("English"), "zh": _l("Chinese"), "both": _l("English and Chinese")}
ORDER = (
    "exclusivity",
    "acts",
    "territories",
    "fields",
    "start",
    "end",
    "sublicensing",
    "subject_to",
    "price_model",
    "lump_sum",
    "royalty_rate",
    "minimum_per_year",
    "currency",
    "governing_law",
    "language",
    "co_owner_consent",
    "notes",
)


def grant_terms(terms: Terms, subject_to: frozenset[int] = frozenset()) -> GrantTerms:
    """The grant the terms give; ``subject_to`` are the ids behind the public ids the terms name."""
    return GrantTerms(
        exclusivity=terms["exclusivity"],
        acts=frozenset(terms["acts"]),
        territories=frozenset(terms["countries"]),
        fields=frozenset(terms["fields"]),
        start=date.fromisoformat(terms["start"]),
        end=date.fromisoformat(terms["end"]) if terms["end"] else None,
        subject_to=subject_to,
        sublicensing=terms["sublicensing"],
    )


def missing_prices(terms: Terms) -> list[str]:
    """The amounts the price model needs and the terms lack."""
    return [name for name in PRICE_FIELDS[terms["price_model"]] if terms.get(name) is None]


def without_foreign_prices(terms: Terms) -> dict[str, Any]:
    """``terms`` with the amounts that their price model does not use set to null."""
    used = PRICE_FIELDS[terms["price_model"]]
    return {**terms, **{name: terms.get(name) if name in used else None for name in AMOUNTS}}


def amount(terms: Terms, name: str) -> Decimal | None:
    return None if terms.get(name) is None else Decimal(terms[name])


def changed(earlier: Terms, later: Terms) -> list[str]:
    """Names of the terms that differ, in their usual order."""
    return [name for name in ORDER if earlier.get(name) != later.get(name)]


def needs_consent(owners: int, exclusivity: str) -> bool:
    """Exclusive and sole licences need every co-owner; any of them may give an ordinary one (CN Patent Law art. 14)."""
    return owners > 1 and exclusivity in BARRING
