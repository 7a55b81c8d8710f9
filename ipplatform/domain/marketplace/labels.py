"""Codes of the market in the language in force."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import format_currency, format_decimal

from ipplatform.domain.assets.rules import KIND_LABELS
from ipplatform.domain.marketplace.models import Listing
from ipplatform.domain.marketplace.rules import lifecycle, offers
from ipplatform.domain.rights import territory, words
from ipplatform.foundation.i18n import _, _l, current_locale

LANGUAGES = {"en": _l("English"), "zh": _l("Chinese")}
STATUSES = {"published": _l("On offer"), "closed": _l("Closed")}


def facet_value(name: str, value: str) -> str:
    """What a person reads for a value of a facet."""
    tables: dict[str, Any] = {
        "kind": KIND_LABELS,
        "exclusivity": words.EXCLUSIVITY_LABELS,
        "price": offers.PRICE_MODELS,
        "status": STATUSES,
        "language": LANGUAGES,
    }
    if name == "territory":
        return territory.label(value, current_locale())
    return str(tables.get(name, {}).get(value, value))


def price(listing: Listing) -> str:
    """The price in a line: model, lump sum, rate."""
    parts = [str(offers.PRICE_MODELS[listing.price_model])]
    if listing.amount is not None and listing.currency:
        parts.append(format_currency(listing.amount, listing.currency))
    if listing.royalty_rate is not None:
        rate = format_decimal(listing.royalty_rate.normalize() + Decimal(0))
        parts.append(_("%(rate)s %% of net sales", rate=rate))
    return " · ".join(parts)


def territories(listing: Listing) -> str:
    return words.joined(territory.label(code, current_locale()) for code in listing.territories)


def exclusivities(listing: Listing) -> str:
    return words.joined(words.exclusivity(kind) for kind in listing.exclusivities)


def closed_reason(listing: Listing) -> str:
    return str(lifecycle.CLOSED_REASONS.get(listing.closed_reason or "", ""))
