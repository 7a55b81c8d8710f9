"""Terms of a licence said in the language in force, and forms filled from them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_currency, format_percent

from ipplatform.domain.licensing.rules import terms as rules
from ipplatform.domain.rights import territory
from ipplatform.domain.rights import words as rights
from ipplatform.foundation.i18n import _, _l, current_locale
from ipplatform.foundation.ids import display_id

LABELS: Mapping[str, Any] = {
    "exclusivity": _l("Exclusivity"),
    "acts": _l("Acts"),
    "territories": _l("Territories"),
    "fields": _l("Fields of use"),
    "start": _l("First day"),
    "end": _l("Last day"),
    "sublicensing": _l("Sublicences"),
    "subject_to": _l("Subject to"),
    "price_model": _l("Price model"),
    "lump_sum": _l("Lump sum"),
    "royalty_rate": _l("Royalty on net sales"),
    "minimum_per_year": _l("Minimum per year"),
    "currency": _l("Currency"),
    "governing_law": _l("Governing law"),
    "language": _l("Language of the agreement"),
    "co_owner_consent": _l("Consent of co-owners"),
    "notes": _l("Further terms"),
}
LEFT_OUT_WHEN_EMPTY = frozenset(
    {"subject_to", "lump_sum", "royalty_rate", "minimum_per_year", "co_owner_consent", "notes"}
)


def say(name: str, terms: rules.Terms) -> str:
    """One term in words; empty when it says nothing."""
    value = terms.get(name)
    if value in (None, "", [], False) and name in LEFT_OUT_WHEN_EMPTY:
        return ""
    return str(_SAYERS[name](value, terms))


def rows(terms: rules.Terms) -> list[tuple[str, str]]:
    """(label, words) of every term that says something, in their usual order."""
    return [(str(LABELS[name]), text) for name in rules.ORDER if (text := say(name, terms))]


def comparison(earlier: rules.Terms, later: rules.Terms) -> list[tuple[str, str, str]]:
    """(label, earlier, later) of every term that says something in either."""
    found = [(str(LABELS[name]), say(name, earlier), say(name, later)) for name in rules.ORDER]
    return [row for row in found if row[1] or row[2]]


def money(amount: str, currency: str) -> str:
    return str(format_currency(Decimal(amount), currency, locale=_locale()))


def as_form(terms: rules.Terms) -> dict[str, Any]:
    """The terms as the offer form holds them, to be changed and sent back."""
    kept = {name: value for name, value in terms.items() if name not in ("countries", "fields")}
    return {**kept, "fields_of_use": list(terms["fields"])}


def from_listing(listing: Any, start: date) -> dict[str, Any]:
    """A first offer as the listing suggests it, as form data; what the listing leaves open is left empty."""
    exclusivities = [code for code in listing.exclusivities if code != "open"]
    return {
        "exclusivity": exclusivities[0] if len(exclusivities) == 1 else "",
        "acts": list(listing.acts),
        "territories": list(listing.territories),
        "fields_of_use": list(listing.fields),
        "start": start.isoformat(),
        "end": listing.term_end.isoformat() if listing.term_end else "",
        "price_model": listing.price_model if listing.price_model in rules.PRICE_MODELS else "",
        "lump_sum": _plain(listing.amount),
        "royalty_rate": _plain(listing.royalty_rate),
        "currency": listing.currency or "",
        "governing_law": listing.organisation.country,
        "language": "both",
        "sublicensing": "0",
    }


def _plain(amount: Decimal | None) -> str:
    return "" if amount is None else format(amount, "f")


def _day(value: str | None, _terms: rules.Terms) -> str:
    return rights.day(date.fromisoformat(value)) if value else str(_("for the whole life of the right"))


def _percent(value: str, _terms: rules.Terms) -> str:
    return str(format_percent(Decimal(value) / 100, format="#,##0.####%", locale=_locale()))


def _levels(value: int, _terms: rules.Terms) -> str:
    return str(_("not allowed") if not value else _("allowed, levels: %(levels)s", levels=value))


def _territories(value: list[str], terms: rules.Terms) -> str:
    return rights.joined(territory.label(code, current_locale()) for code in value)


_SAYERS: Mapping[str, Any] = {
    "exclusivity": lambda value, _terms: rights.exclusivity(value),
    "acts": lambda value, _terms: rights.act_names(value),
    "territories": _territories,
    "fields": lambda value, _terms: rights.field_names(value),
    "start": _day,
    "end": _day,
    "sublicensing": _levels,
    "subject_to": lambda value, _terms: rights.joined(f"G-{display_id(one)}" for one in value),
    "price_model": lambda value, _terms: rules.PRICE_MODELS[value],
    "lump_sum": lambda value, terms: money(value, terms["currency"]),
    "royalty_rate": _percent,
    "minimum_per_year": lambda value, terms: money(value, terms["currency"]),
    "currency": lambda value, _terms: value,
    "governing_law": lambda value, _terms: territory.label(value, current_locale()),
    "language": lambda value, _terms: rules.LANGUAGES[value],
    "co_owner_consent": lambda _value, _terms: _("declared"),
    "notes": lambda value, _terms: value,
}


def _locale() -> str:
    return "zh_Hans" if current_locale() == "zh" else "en"
