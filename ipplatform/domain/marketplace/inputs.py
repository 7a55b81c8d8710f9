"""What the forms of listings and needs ask for: amounts, countries, choices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from markupsafe import escape
from marshmallow import ValidationError, fields, validate

from ipplatform.domain.rights import fields as uses
from ipplatform.domain.rights import territory
from ipplatform.foundation.i18n import _, _l, current_locale

_COMMON = (
    "CN HK MO TW US CA MX BR GB DE FR IT ES NL BE SE FI DK NO PL CH AT IE PT CZ TR RU JP KR IN SG MY TH VN ID PH AU"
    " NZ AE SA IL ZA EG NG"
)
COMMON_COUNTRIES = tuple(_COMMON.split())
CURRENCIES = ("CNY", "USD", "EUR", "JPY", "GBP", "KRW", "HKD", "CHF", "SGD", "AUD")
CHOOSE = _l("Choose at least one.")
NOT_LISTED = _l("This is not on the list.")
LARGEST_AMOUNT = Decimal("999999999999.99")


class Amount(fields.Decimal):
    """A positive amount; thousands may be set off by commas or blanks."""

    default_error_messages = {
        "invalid": _l("Enter an amount such as 1,250.50."),
        "special": _l("Enter an amount such as 1,250.50."),
        "positive": _l("Enter an amount above zero."),
        "large": _l("This amount is too large."),
    }

    def __init__(self, *, most: Decimal = LARGEST_AMOUNT, decimals: int = 2, **kwargs: Any):
        self.most, self.decimals = most, decimals
        kwargs["metadata"] = {"type": "string", "description": "A decimal amount", **kwargs.get("metadata", {})}
        super().__init__(as_string=True, **kwargs)

    def _validated(self, value: Any) -> Decimal:
        plain = value.strip().replace(",", "").replace(" ", "") if isinstance(value, str) else value
        if isinstance(plain, bool):
            raise self.make_error("invalid")
        number: Decimal = super()._validated(plain)
        if number <= 0:
            raise self.make_error("positive")
        if number > self.most:
            raise self.make_error("large")
        exponent = number.normalize().as_tuple().exponent
        if isinstance(exponent, int) and -exponent > self.decimals:
            raise ValidationError(_("Use at most %(places)s decimals.", places=self.decimals))
        return number


class Territories(fields.List[Any]):
    """Countries and groups by code, upper case, each once."""

    def __init__(self, **kwargs: Any):
        super().__init__(fields.String(validate=validate.Length(max=8)), **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        given = [str(one).strip().upper() for one in super()._deserialize(value, attr, data, **kwargs)]
        unknown = [code for code in given if not territory.is_code(code)]
        if unknown:
            raise ValidationError(_("%(code)s is no country or group of countries.", code=unknown[0]))
        return list(dict.fromkeys(territory.ALIASES.get(code, code) for code in given))


def several(choices: Any, label: Any, *, required: bool, hint: Any = None) -> fields.List[Any]:
    """A list of codes from ``choices`` (pairs), each once."""
    pairs = list(choices)
    extra: dict[str, Any] = {"required": True} if required else {"load_default": list}
    return fields.List(
        fields.String(validate=validate.OneOf([code for code, _ in pairs], error=NOT_LISTED)),
        validate=validate.Length(min=1 if required else 0, max=300, error=CHOOSE),
        error_messages={"required": CHOOSE, "null": CHOOSE},
        metadata={"label": label, "hint": hint, "widget": "checkboxes", "choices": pairs},
        **extra,
    )


def one_of(
    choices: Any, label: Any, *, default: str | None = None, hint: Any = None, widget: str = "radios"
) -> fields.String:
    """One code from ``choices`` (pairs)."""
    pairs = list(choices)
    extra: dict[str, Any] = {"load_default": default} if default is not None else {"required": True}
    return fields.String(
        validate=validate.OneOf([code for code, _ in pairs], error=NOT_LISTED),
        error_messages={"required": _l("Choose one.")},
        metadata={"label": label, "hint": hint, "widget": widget, "choices": pairs},
        **extra,
    )


def territory_choices() -> list[tuple[str, Any]]:
    """Groups and the countries most licences name; any other code is accepted too."""
    groups = [(code, territory.GROUP_LABELS[code]) for code in territory.GROUP_LABELS]
    return [*groups, *((code, CountryName(code)) for code in COMMON_COUNTRIES)]


class CountryName:
    """A country's name, said in the language in force when it is shown."""

    def __init__(self, code: str):
        self.code = code

    def __str__(self) -> str:
        return territory.label(self.code, current_locale())

    def __html__(self) -> str:
        return str(escape(str(self)))


class UseName(CountryName):
    """A field of use, likewise."""

    def __str__(self) -> str:
        return uses.label(self.code)


def territories(label: Any, hint: Any = None) -> Territories:
    return Territories(
        load_default=list,
        validate=validate.Length(max=300),
        metadata={"label": label, "hint": hint, "widget": "checkboxes", "choices": territory_choices()},
    )


USES = [(code, UseName(code)) for code in (uses.EVERYTHING, *uses.NODES)]
TEXT = 6_000
LANGUAGES = (("en", _l("English")), ("zh", _l("Chinese")))
