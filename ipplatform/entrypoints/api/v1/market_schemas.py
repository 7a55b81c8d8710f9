"""What the market's resources look like outside."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from ipplatform.domain.marketplace.matching.matches import Match
from ipplatform.domain.marketplace.models import Listing
from ipplatform.domain.marketplace.rules.lifecycle import LISTING_STATUSES, NEED_ACTIONS, NEED_STATUSES
from ipplatform.domain.marketplace.schemas import ListingSchema, NeedSchema

DRAWN_FROM_FORMS = ("other_territories",)


class NewListingSchema(ListingSchema):
    class Meta:
        exclude = DRAWN_FROM_FORMS

    asset = fields.String(required=True, metadata={"description": "Public id of the asset that is offered"})


class ListingChangeSchema(ListingSchema):
    class Meta:
        exclude = DRAWN_FROM_FORMS


class NewNeedSchema(NeedSchema):
    class Meta:
        exclude = DRAWN_FROM_FORMS


class ListingViewSchema(Schema):
    id = fields.String(attribute="public_id")
    asset = fields.String(attribute="asset.public_id")
    kind = fields.String(attribute="asset.kind")
    owner = fields.String(attribute="organisation.name")
    status = fields.String(validate=validate.OneOf(LISTING_STATUSES))
    closed_reason = fields.String(allow_none=True)
    language = fields.String()
    title = fields.String()
    title_translation = fields.String(allow_none=True)
    problem = fields.String()
    solution = fields.String()
    advantage = fields.String()
    applications = fields.String()
    maturity = fields.Integer(allow_none=True)
    exclusivities = fields.List(fields.String())
    acts = fields.List(fields.String())
    territories = fields.List(fields.String())
    fields_of_use = fields.List(fields.String(), attribute="fields")
    classes = fields.Function(lambda listing: listing.asset.codes("ipc"))
    term_end = fields.Date(allow_none=True)
    price_model = fields.String()
    amount = fields.Function(lambda listing: _text(listing.amount), metadata={"type": ["string", "null"]})
    royalty_rate = fields.Function(lambda listing: _text(listing.royalty_rate), metadata={"type": ["string", "null"]})
    currency = fields.String(allow_none=True)
    published_at = fields.DateTime(allow_none=True)


class ListingPageSchema(Schema):
    items = fields.List(fields.Nested(ListingViewSchema))
    next = fields.String(allow_none=True, attribute="next_cursor", metadata={"description": "Cursor for ?after="})


class MarketPageQuerySchema(Schema):
    after = fields.String(load_default=None, allow_none=True)
    limit = fields.Integer(load_default=25, validate=validate.Range(1, 100))


class ListingFilterSchema(MarketPageQuerySchema):
    status = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(LISTING_STATUSES))


class NeedViewSchema(Schema):
    id = fields.String(attribute="public_id")
    status = fields.String(validate=validate.OneOf(NEED_STATUSES))
    damaged = fields.Boolean(
        metadata={
            "description": "In lists: what is stored was changed at rest, so that the words cannot be read and are empty; "
            "the need itself answers 409"
        }
    )
    title = fields.String()
    problem = fields.String()
    solution = fields.String()
    summary = fields.String()
    classes = fields.List(fields.String())
    acts = fields.List(fields.String())
    territories = fields.List(fields.String())
    fields_of_use = fields.List(fields.String(), attribute="fields")
    exclusivity = fields.String()
    price_model = fields.String()
    budget = fields.Function(lambda need: _text(need.budget), metadata={"type": ["string", "null"]})
    currency = fields.String(allow_none=True)
    licence_years = fields.Integer(allow_none=True)
    latest_date = fields.Date(allow_none=True)
    visibility = fields.String()


class NeedPageSchema(Schema):
    items = fields.List(fields.Nested(NeedViewSchema))
    next = fields.String(allow_none=True, attribute="next_cursor")


class NeedMoveSchema(Schema):
    action = fields.String(
        required=True, validate=validate.OneOf([name for name, action in NEED_ACTIONS.items() if action.target])
    )


class SearchHitSchema(Schema):
    listing = fields.Nested(ListingViewSchema)
    snippet = fields.String(metadata={"description": "Safe HTML with matches in <mark>"})
    score = fields.Float()


class FacetValueSchema(Schema):
    value = fields.String()
    count = fields.Integer()


class SearchResultsSchema(Schema):
    total = fields.Integer()
    hits = fields.List(fields.Nested(SearchHitSchema))
    facets = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(FacetValueSchema)))
    relaxed = fields.Boolean(metadata={"description": "No listing has all the words; these have some"})
    suggestion = fields.String(allow_none=True)
    next = fields.String(allow_none=True)


class ScoreTermSchema(Schema):
    name = fields.String()
    weight = fields.Float()
    part = fields.Float()
    value = fields.Float()


class SharedWordSchema(Schema):
    word = fields.String()
    part = fields.Float(metadata={"description": "What this word adds to the part of the term words"})
    listings = fields.Integer()


class SharedClassSchema(Schema):
    code = fields.String()
    listings = fields.Integer()


class ConditionSchema(Schema):
    name = fields.String()
    state = fields.String(validate=validate.OneOf(("met", "unknown", "not_met")))
    text = fields.String()
    question = fields.String()


class MatchSchema(Schema):
    listing = fields.Nested(ListingViewSchema)
    strength = fields.String(validate=validate.OneOf(("strong", "fair", "weak")))
    score = fields.Float(metadata={"description": "The sum of the terms' values"})
    terms = fields.List(fields.Nested(ScoreTermSchema))
    words = fields.List(fields.Nested(SharedWordSchema))
    classes = fields.List(fields.Nested(SharedClassSchema))
    conditions = fields.List(fields.Nested(ConditionSchema))
    declined = fields.String(allow_none=True)


class MatchesSchema(Schema):
    items = fields.List(fields.Nested(MatchSchema))
    declined = fields.List(fields.Nested(MatchSchema))
    excluded = fields.Integer(metadata={"description": "Candidates for which a condition is not met"})


def match(found: Match) -> dict[str, Any]:
    """A match with everything its score is made of."""
    terms = [
        {"name": one.name, "weight": one.weight, "part": one.part, "value": one.value} for one in found.scored.terms
    ]
    return {
        "listing": found.listing,
        "strength": found.strength,
        "score": found.scored.total,
        "terms": terms,
        "words": found.words,
        "classes": found.scored.measured.overlap.shared,
        "conditions": found.verdicts,
        "declined": found.decline.reason if found.decline else None,
    }


def hit(listing: Listing, snippet: str, score: float) -> dict[str, Any]:
    return {"listing": listing, "snippet": snippet, "score": score}


def _text(amount: Any) -> str | None:
    return None if amount is None else format(amount, "f")
