"""The form of an offer: the schema with the choices that suit the asset, and what it is filled with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ipplatform.domain.licensing import words
from ipplatform.domain.licensing.models import Negotiation, Offer
from ipplatform.domain.licensing.schemas import USUAL_GROUPS, USUAL_TERRITORIES, OfferSchema
from ipplatform.domain.licensing.services import checking
from ipplatform.domain.rights import acts, territory
from ipplatform.domain.rights import fields as field_tree
from ipplatform.domain.rights import words as rights_words
from ipplatform.entrypoints.http.forms import Form
from ipplatform.foundation import settings
from ipplatform.foundation.clock import today
from ipplatform.foundation.i18n import _, colon, current_locale

USUAL_DAYS = timedelta(days=30)
FIRST = (*USUAL_TERRITORIES, *USUAL_GROUPS)


def schema_for(found: Negotiation) -> OfferSchema:
    """Acts of the asset's kind, territories by name, the tree of fields, ordinary licences it can be subject to."""
    schema = OfferSchema()
    _choose(schema, "acts", [(act, acts.label(act)) for act in acts.acts_of(found.asset.kind)])
    _choose(schema, "territories", territory_choices())
    _choose(schema, "fields_of_use", field_tree.choices())
    survivors = [(one.public_id, _grant_words(one)) for one in checking.survivable(found.asset_id)]
    _choose(schema, "subject_to", survivors)
    return schema


def territory_choices() -> list[tuple[str, str]]:
    """Groups and usual countries first, then every other country by name in the language in force."""
    locale = current_locale()
    rest = [(code, territory.label(code, locale)) for code in territory.COUNTRIES - set(FIRST)]
    return [(code, territory.label(code, locale)) for code in FIRST] + sorted(rest, key=lambda pair: pair[1])


def blank(found: Negotiation, offer: Offer | None) -> Form:
    """Filled with the offer on the table, else with what the listing suggests."""
    if offer is not None:
        data = words.as_form(offer.terms)
    elif found.listing is not None:
        data = words.from_listing(found.listing, today())
    else:
        data = {}
    usual = {
        "currency": settings.current().zone_currency,
        "valid_until": (today() + USUAL_DAYS).isoformat(),
        "message": "",
    }
    filled = {**usual, **{name: value for name, value in data.items() if value not in (None, "")}}
    return Form(schema_for(found), filled)


def _grant_words(grant: Any) -> str:
    term = rights_words.term(grant.start_date, grant.last_day)
    parts = (rights_words.act_names(grant.acts), rights_words.territory_names(grant.territories), term)
    return f"{grant.number}{colon()}{_('; ').join(parts)}"


def _choose(schema: OfferSchema, name: str, choices: list[tuple[str, str]]) -> None:
    schema.fields[name].metadata = {**schema.fields[name].metadata, "choices": choices}
