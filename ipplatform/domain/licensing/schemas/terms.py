"""Terms of a licence as they come in, from form and API alike, and the JSON object they become."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pycountry
from babel.numbers import list_currencies
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate, validates_schema

from ipplatform.domain.licensing.rules.terms import (
    AMOUNTS,
    LANGUAGES,
    PRICE_MODELS,
    missing_prices,
    without_foreign_prices,
)
from ipplatform.domain.licensing.schemas.shared import REQUIRED, Amount, listed, one_of
from ipplatform.domain.rights import acts, territory, words
from ipplatform.domain.rights import fields as field_tree
from ipplatform.foundation.clock import today
from ipplatform.foundation.i18n import _, _l
from ipplatform.foundation.money import quantize
from ipplatform.foundation.text import Text

COUNTRIES = sorted(country.alpha_2 for country in pycountry.countries)
CURRENCIES = ("CNY", "USD", "EUR", "JPY", "KRW", "GBP", "CHF", "HKD", "SGD")
USUAL_TERRITORIES = ("WORLD", "CN", "US", "EP", "EU", "EEA", "JP", "KR", "IN", "SG", "GB", "CA", "AU", "BR")
USUAL_GROUPS = ("EA", "ARIPO", "OAPI")
EXCLUSIVITIES = ("exclusive", "sole", "ordinary")
LONGEST_VALIDITY = timedelta(days=366)
MOST_SUBLICENSING = 3


class ExtentSchema(Schema):
    """What a licence covers. Loads to that part of the JSON object of ``rules.terms``."""

    class Meta:
        unknown = EXCLUDE

    exclusivity = fields.String(
        required=True,
        validate=one_of(EXCLUSIVITIES),
        error_messages=REQUIRED,
        metadata={
            "label": _l("Exclusivity"),
            "widget": "radios",
            "choices": [(code, words.EXCLUSIVITY_LABELS[code]) for code in EXCLUSIVITIES],
        },
    )
    acts = listed(acts.NUMBERS.__contains__, _l("Acts"))
    territories = listed(lambda code: territory.is_code(code.upper()), _l("Territories"))
    fields_of_use = listed(field_tree.is_code, _l("Fields of use"), hint=_l("A field covers everything below it."))
    start = fields.Date(
        required=True, error_messages={**REQUIRED, "invalid": _l("Enter a date.")}, metadata={"label": _l("First day")}
    )
    end = fields.Date(
        load_default=None,
        allow_none=True,
        error_messages={"invalid": _l("Enter a date.")},
        metadata={"label": _l("Last day"), "hint": _l("Leave empty for the whole life of the right.")},
    )
    sublicensing = fields.Integer(
        load_default=0,
        validate=validate.Range(0, MOST_SUBLICENSING),
        metadata={
            "label": _l("Sublicences"),
            "expected": True,
            "widget": "select",
            "choices": [
                ("0", _l("Not allowed")),
                ("1", _l("One level")),
                ("2", _l("Two levels")),
                ("3", _l("Three levels")),
            ],
        },
    )

    @validates_schema(skip_on_field_errors=True)
    def check_term(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["end"] is not None and data["end"] < data["start"]:
            raise ValidationError({"end": [_("The last day must not be before the first.")]})

    @post_load
    def as_loaded(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return self.loaded(data)

    def loaded(self, data: dict[str, Any]) -> dict[str, Any]:
        return extent_of(data)


class TermsSchema(ExtentSchema):
    """Whole terms of a licence. Loads to the JSON object of ``rules.terms``."""

    subject_to = fields.List(
        fields.String(validate=validate.Length(equal=16)),
        load_default=list,
        validate=validate.Length(max=100),
        metadata={
            "label": _l("Subject to these earlier licences"),
            "hint": _l("An exclusive or sole licence leaves standing the ordinary ones that it names."),
            "widget": "checkboxes",
        },
    )
    price_model = fields.String(
        required=True,
        validate=one_of(tuple(PRICE_MODELS)),
        error_messages=REQUIRED,
        metadata={"label": _l("Price model"), "widget": "radios", "choices": list(PRICE_MODELS.items())},
    )
    lump_sum = Amount(
        load_default=None, allow_none=True, metadata={"label": _l("Lump sum"), "widget": "money", "expected": True}
    )
    royalty_rate = Amount(
        load_default=None,
        allow_none=True,
        metadata={"label": _l("Royalty on net sales"), "widget": "money", "unit": "%", "expected": True},
    )
    minimum_per_year = Amount(
        load_default=None,
        allow_none=True,
        metadata={"label": _l("Minimum per year"), "widget": "money", "expected": True},
    )
    currency = fields.String(
        required=True,
        validate=lambda code: _known(code, list_currencies()),
        error_messages=REQUIRED,
        metadata={"label": _l("Currency"), "widget": "currency", "choices": list(CURRENCIES)},
    )
    governing_law = fields.String(
        required=True,
        validate=one_of(COUNTRIES),
        error_messages=REQUIRED,
        metadata={"label": _l("Governing law"), "widget": "country", "choices": COUNTRIES},
    )
    language = fields.String(
        load_default="both",
        validate=one_of(tuple(LANGUAGES)),
        metadata={
            "label": _l("Language of the agreement"),
            "expected": True,
            "widget": "radios",
            "choices": list(LANGUAGES.items()),
        },
    )
    co_owner_consent = fields.Boolean(
        load_default=False,
        metadata={"label": _l("All co-owners of the right have agreed to this licence"), "widget": "checkbox"},
    )
    notes = Text(
        most=5000,
        least=0,
        load_default="",
        metadata={
            "label": _l("Further terms"),
            "hint": _l("Becomes a clause of the agreement as written."),
            "widget": "textarea",
        },
    )

    @validates_schema(skip_on_field_errors=True)
    def check(self, data: dict[str, Any], **_kwargs: Any) -> None:
        found: dict[str, list[Any]] = {}
        for name in missing_prices(data):
            found[name] = [_("This price model needs an amount here.")]
        if data["royalty_rate"] is not None and data["royalty_rate"] > 100:
            found["royalty_rate"] = [_("A royalty is at most 100 percent.")]
        for name in ("lump_sum", "minimum_per_year"):
            if data[name] is not None and quantize(data[name], data["currency"]) != data[name]:
                found[name] = [_("This has more decimals than the currency.")]
        if data["subject_to"] and data["exclusivity"] == "ordinary":
            found["subject_to"] = [_("Only an exclusive or sole licence is made subject to others.")]
        if found:
            raise ValidationError(found)

    def loaded(self, data: dict[str, Any]) -> dict[str, Any]:
        return as_terms(data)


class OfferSchema(TermsSchema):
    """Terms with how long they are open and a word to the other side."""

    valid_until = fields.Date(
        required=True,
        error_messages={**REQUIRED, "invalid": _l("Enter a date.")},
        metadata={"label": _l("Open until"), "hint": _l("The offer expires after this day.")},
    )
    message = Text(
        most=5000, least=0, load_default="", metadata={"label": _l("Message"), "widget": "textarea", "rows": 3}
    )

    @validates_schema(skip_on_field_errors=True)
    def check_validity(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not today() <= data["valid_until"] <= today() + LONGEST_VALIDITY:
            raise ValidationError({"valid_until": [_("Choose a day from today to a year from now.")]})

    def loaded(self, data: dict[str, Any]) -> dict[str, Any]:
        """``{"terms": …, "valid_until": date, "message": text}``."""
        apart = {name: data.pop(name) for name in ("valid_until", "message")}
        return {"terms": as_terms(data), **apart}


def _known(code: str, known: Any) -> None:
    if code not in known:
        raise ValidationError(_("Choose from the list."))


def _written(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")


def as_terms(data: dict[str, Any]) -> dict[str, Any]:
    """Loaded values as the JSON object of ``rules.terms``."""
    priced = without_foreign_prices(data)
    return {
        **extent_of(priced),
        **{name: _written(priced[name]) for name in AMOUNTS},
        "subject_to": sorted(set(data["subject_to"])),
    }


def extent_of(data: dict[str, Any]) -> dict[str, Any]:
    """What is covered, ready for JSON; groups of countries are expanded on this day and stay so."""
    chosen = {territory.ALIASES.get(code.upper(), code.upper()) for code in data["territories"]}
    return {
        **{name: value for name, value in data.items() if name != "fields_of_use"},
        "acts": sorted(set(data["acts"]), key=lambda act: acts.NUMBERS[act]),
        "territories": sorted(chosen),
        "countries": sorted(territory.expand(chosen)),
        "fields": sorted(field_tree.normalise(data["fields_of_use"])),
        "start": data["start"].isoformat(),
        "end": data["end"].isoformat() if data["end"] else None,
    }
