"""What comes in: one definition for pages, API and commands."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from ipplatform.domain.assets import classification
from ipplatform.domain.marketplace.inputs import (
    CHOOSE,
    CURRENCIES,
    LANGUAGES,
    NOT_LISTED,
    TEXT,
    USES,
    Amount,
    one_of,
    several,
    territories,
)
from ipplatform.domain.marketplace.rules import declines, lifecycle, offers
from ipplatform.domain.rights import acts, territory
from ipplatform.domain.rights.words import EXCLUSIVITY_LABELS
from ipplatform.foundation.i18n import _, _l
from ipplatform.foundation.text import ShortText, Text


class MarketSchema(Schema):
    """What listings and needs share."""

    territories = territories(_l("Countries and groups of countries"))
    other_territories = ShortText(
        least=0,
        load_default="",
        most=400,
        load_only=True,
        metadata={
            "label": _l("Other countries"),
            "hint": _l("Two-letter codes with blanks between them, such as KE PE."),
            "width": "medium",
        },
    )
    currency = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(CURRENCIES, error=NOT_LISTED),
        metadata={"label": _l("Currency"), "widget": "select", "choices": CURRENCIES, "width": "short"},
    )

    @post_load
    def join_territories(self, values: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        more = values.pop("other_territories", "").replace(",", " ").upper().split()
        unknown = [code for code in more if not territory.is_code(code)]
        if unknown:
            raise ValidationError(
                {"other_territories": [_("%(code)s is no country or group of countries.", code=unknown[0])]}
            )
        known = [territory.ALIASES.get(code, code) for code in more]
        values["territories"] = list(dict.fromkeys([*(values.get("territories") or []), *known]))
        return values


class ListingSchema(MarketSchema):
    """An offer. ``for_kind`` narrows the acts to those a right of that kind reserves."""

    language = one_of(LANGUAGES, _l("Language of the summary"), default="en")
    title = ShortText(
        required=True, most=300, metadata={"label": _l("Title"), "hint": _l("What is offered, in a line.")}
    )
    title_translation = ShortText(
        least=0, load_default=None, allow_none=True, most=300, metadata={"label": _l("Title in the other language")}
    )
    problem = Text(
        least=0,
        load_default="",
        most=TEXT,
        metadata={"label": _l("Problem"), "hint": _l("What does not work well today?"), "widget": "textarea"},
    )
    solution = Text(
        required=True,
        most=TEXT,
        metadata={
            "label": _l("Solution"),
            "hint": _l("What the invention does, in words a buyer would search for."),
            "widget": "textarea",
        },
    )
    advantage = Text(
        least=0,
        load_default="",
        most=TEXT,
        metadata={"label": _l("Advantage"), "hint": _l("With figures, if you have them."), "widget": "textarea"},
    )
    applications = Text(
        least=0, load_default="", most=TEXT, metadata={"label": _l("Applications"), "widget": "textarea"}
    )
    maturity = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, 9, error=_l("Choose a level from 1 to 9.")),
        metadata={
            "label": _l("Technology readiness level"),
            "widget": "select",
            "choices": list(offers.READINESS.items()),
        },
    )
    exclusivities = several(
        [(code, EXCLUSIVITY_LABELS[code]) for code in offers.EXCLUSIVITIES], _l("Licences offered"), required=True
    )
    acts = several(acts.LABELS.items(), _l("Acts"), required=True)
    fields_of_use = several(USES, _l("Fields of use"), required=True)
    term_end = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"label": _l("Offered until"), "hint": _l("Leave empty for as long as the right lives.")},
    )
    price_model = one_of(offers.PRICE_MODELS.items(), _l("Price"))
    amount = Amount(
        load_default=None, allow_none=True, metadata={"label": _l("Lump sum"), "widget": "money", "width": "short"}
    )
    royalty_rate = Amount(
        load_default=None,
        allow_none=True,
        most=Decimal(100),
        decimals=4,
        metadata={"label": _l("Royalty rate, per cent of net sales"), "widget": "money", "unit": "%"},
    )
    contact = one_of(offers.CONTACTS.items(), _l("Contact"), default="platform")
    consent_declared = fields.Boolean(
        load_default=False,
        metadata={
            "label": _l("All co-owners have consented to this offer"),
            "hint": _l("Needed for exclusive, sole and open licences on a co-owned right."),
        },
    )

    def for_kind(self, kind: str) -> ListingSchema:
        pairs = [(act, acts.LABELS[act]) for act in acts.acts_of(kind)]
        self.fields["acts"].metadata = {**self.fields["acts"].metadata, "choices": pairs}
        return self

    @validates_schema
    def check_territories(self, values: dict[str, Any], **_kwargs: Any) -> None:
        if not values.get("territories") and not values.get("other_territories"):
            raise ValidationError({"territories": [CHOOSE]})

    @validates_schema
    def check_price(self, values: dict[str, Any], **_kwargs: Any) -> None:
        faults = offers.price_faults(
            values.get("price_model", ""),
            has_amount=values.get("amount") is not None,
            has_rate=values.get("royalty_rate") is not None,
            has_currency=values.get("currency") is not None,
            offers_open="open" in (values.get("exclusivities") or ()),
        )
        if faults:
            raise ValidationError({name: [message] for name, message in faults.items()})


class NeedSchema(MarketSchema):
    """What a licensee looks for."""

    title = ShortText(required=True, most=300, metadata={"label": _l("What you look for, in a line")})
    problem = Text(required=True, most=TEXT, metadata={"label": _l("The problem to be solved"), "widget": "textarea"})
    solution = Text(
        least=0,
        load_default="",
        most=TEXT,
        metadata={"label": _l("The solution you have in mind"), "widget": "textarea"},
    )
    classes = fields.List(
        fields.String(validate=validate.Length(max=40)),
        load_default=list,
        validate=validate.Length(max=30),
        metadata={"label": _l("IPC classes"), "hint": _l("Such as H01M 10/0525 or H01M."), "widget": "list"},
    )
    fields_of_use = several(USES, _l("Fields of use"), required=False)
    acts = several(acts.LABELS.items(), _l("Acts"), required=False)
    exclusivity = one_of(declines.EXCLUSIVITY_WANTED.items(), _l("Licence wanted"), default="any")
    price_model = one_of(declines.PRICE_WANTED.items(), _l("Price"), default="any")
    budget = Amount(
        load_default=None,
        allow_none=True,
        metadata={"label": _l("Budget"), "hint": _l("Never shown to owners."), "widget": "money"},
    )
    licence_years = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, 99, error=_l("Enter a number of years from 1 to 99.")),
        metadata={"label": _l("Years the licence should last"), "width": "short"},
    )
    latest_date = fields.Date(
        load_default=None, allow_none=True, metadata={"label": _l("Latest day to have the licence")}
    )
    visibility = one_of(
        declines.VISIBILITIES.items(),
        _l("What owners of fitting listings may see"),
        default="anonymous",
        hint=_l("In every case: classes, fields of use, countries and the licence wanted. Never your budget."),
    )
    summary = Text(
        least=0,
        load_default="",
        most=1_000,
        metadata={"label": _l("Summary for owners"), "rows": 3, "widget": "textarea"},
    )

    @post_load
    def normalise_classes(self, values: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        codes, wrong = [], []
        for text in values["classes"]:
            try:
                codes.append(classification.normalise_ipc(text))
            except ValueError:
                wrong.append(_("%(code)s is no IPC class.", code=text))
        if wrong:
            raise ValidationError({"classes": wrong})
        values["classes"] = list(dict.fromkeys(codes))
        return values

    @validates_schema
    def check(self, values: dict[str, Any], **_kwargs: Any) -> None:
        if values.get("budget") is not None and values.get("currency") is None:
            raise ValidationError({"currency": [_l("Choose the currency of your budget.")]})
        if values.get("visibility") == "summary" and not values.get("summary"):
            raise ValidationError({"summary": [_l("Write the summary that owners may read.")]})


class ListingCloseSchema(Schema):
    reason = one_of(
        [(code, lifecycle.CLOSED_REASONS[code]) for code in lifecycle.OWNERS_REASONS],
        _l("Why is the offer closed?"),
        default=lifecycle.WITHDRAWN,
    )


class MatchDeclineSchema(Schema):
    """Why a listing does not fit; the owner reads reason and note without your name."""

    reason = one_of(declines.REASONS.items(), _l("Why does it not fit?"))
    note = Text(
        least=0,
        load_default="",
        most=1_000,
        metadata={"label": _l("Note to the owner"), "rows": 2, "widget": "textarea"},
    )
