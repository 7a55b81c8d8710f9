"""marshmallow fields that keep one spelling and say in words what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pycountry
from marshmallow import ValidationError, fields

from ipplatform.domain.assets import classification
from ipplatform.domain.filings.rules import claims as claim_rules
from ipplatform.domain.filings.rules import shares
from ipplatform.domain.filings.rules.text import tidy, unwanted
from ipplatform.foundation.clock import today
from ipplatform.foundation.i18n import _l

# Offices that grant for several countries have ST.3 codes of their own.
REGIONAL_OFFICES = frozenset({"EP", "WO", "EA", "AP", "OA", "GC", "EM", "IB", "BX", "XN", "XV"})


def clean(value: Any) -> str:
    """`value` as tidy text; ValidationError for something that is no text or holds invisible control characters."""
    if not isinstance(value, str):
        raise ValidationError(_l("Write this as text."))
    text = tidy(value)
    if found := unwanted(text):
        position, code = found
        raise ValidationError(
            _l(
                "Remove the invisible character U+%(code)s at position %(position)s.",
                code=f"{code:04X}",
                position=position,
            )
        )
    return text


class Text(fields.String):
    """Text in NFC. `most` counts characters; a blank answer is the same as none."""

    def __init__(self, *, most: int, missing: Any = None, **options: Any) -> None:
        self.most = most
        self.when_missing = missing or _l("Fill this in.")
        options.setdefault("error_messages", {})["required"] = self.when_missing
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        text = clean(value)
        if not text and self.required:
            raise ValidationError(self.when_missing)
        if len(text) > self.most:
            raise ValidationError(
                _l(
                    "Use at most %(most)s characters; this has %(length)s.",
                    most=self.most,
                    length=len(text),
                )
            )
        return text


class Line(Text):
    """Text without line breaks: a name, a title, a number."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        return " ".join(super()._deserialize(value, attr, data, **options).split())


class Choice(Line):
    """One of a few values, compared without regard to case when `fold` says so."""

    def __init__(self, values: tuple[str, ...], **options: Any) -> None:
        self.values = values
        super().__init__(most=40, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        if text and text not in self.values:
            raise ValidationError(_l("Choose one of the answers offered."))
        return text


class Country(Line):
    """ISO 3166-1 alpha-2, upper case; with `offices` also ST.3 codes of regional offices."""

    def __init__(self, *, offices: bool = False, **options: Any) -> None:
        self.offices = offices
        super().__init__(most=60, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        code = super()._deserialize(value, attr, data, **options).upper()
        if not code or (self.offices and code in REGIONAL_OFFICES):
            return code
        if len(code) != 2 or pycountry.countries.get(alpha_2=code) is None:
            raise ValidationError(_l("Choose a country."))
        return code


class Day(fields.Field[date]):
    """A calendar day as YYYY-MM-DD, not in the future unless `future` allows it."""

    def __init__(self, *, missing: Any = None, future: bool = False, **options: Any) -> None:
        self.when_missing = missing or _l("Enter a date.")
        self.future = future
        options.setdefault("error_messages", {})["required"] = self.when_missing
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> date:
        text = clean(value)
        if not text:
            raise ValidationError(self.when_missing)
        try:
            day = date.fromisoformat(text)
        except ValueError as error:
            raise ValidationError(_l("Write the date as year, month, day: 2026-03-31.")) from error
        # Somewhere on earth the applicant's day may be one ahead of the zone's.
        if not self.future and day > today() + timedelta(days=1):
            raise ValidationError(_l("This date lies in the future."))
        return day

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> str | None:
        return value.isoformat() if isinstance(value, date) else None


class Share(fields.Field[Fraction]):
    """A share of ownership as an exact fraction: '1/2', '50%', '0.5'."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Fraction:
        text = clean(value)
        if not text:
            raise ValidationError(_l("Enter the share, for example 1/2."))
        try:
            return shares.parse_share(text)
        except ValueError as error:
            raise ValidationError(_l("Write the share as a fraction of the whole, such as 1/2 or 0.5.")) from error

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> str | None:
        return shares.format_share(value) if isinstance(value, Fraction) else None


class Claims(fields.Field[list[claim_rules.Claim]]):
    """Claims typed as one numbered text, or given as a list of texts; kept as [{number, text}]."""

    MOST_CHARACTERS = 1_000_000

    def __init__(self, *, missing: Any, **options: Any) -> None:
        self.when_missing = missing
        options.setdefault("error_messages", {})["required"] = missing
        super().__init__(**options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> list[claim_rules.Claim]:
        claims = self._listed(value) if isinstance(value, list) else claim_rules.parse_claims(clean(value))
        if not claims:
            raise ValidationError(self.when_missing)
        if sum(len(claim.text) for claim in claims) > self.MOST_CHARACTERS:
            raise ValidationError(_l("Use at most %(most)s characters in all.", most=self.MOST_CHARACTERS))
        return claims

    def _listed(self, value: list[Any]) -> list[claim_rules.Claim]:
        return [self._one(number, item) for number, item in enumerate(value, start=1)]

    def _one(self, position: int, item: Any) -> claim_rules.Claim:
        if isinstance(item, dict):
            number = item.get("number", position)
            if isinstance(number, bool) or not isinstance(number, int):
                raise ValidationError(_l("Number each claim with a whole number."))
            return claim_rules.Claim(number, clean(item.get("text", "")))
        return claim_rules.Claim(position, clean(item))

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> list[dict[str, Any]] | None:
        return None if value is None else [{"number": claim.number, "text": claim.text} for claim in value]

    @staticmethod
    def as_typed(raw: Any) -> str:
        """What a text box shows for `raw`, however it arrived."""
        if not isinstance(raw, list):
            return raw if isinstance(raw, str) else ""
        texts = [item.get("text", "") if isinstance(item, dict) else item for item in raw]
        return "\n\n".join(f"{number}. {text}" for number, text in enumerate(texts, start=1))


class ClassCodes(fields.Field[list[str]]):
    """Codes of one classification, one a line or as a list, each in its normal form and once."""

    MOST = 50

    def __init__(self, *, scheme: str, example: str, missing: Any, **options: Any) -> None:
        self.scheme = scheme
        self.example = example
        self.when_missing = missing
        options.setdefault("error_messages", {})["required"] = missing
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> list[str]:
        texts = [clean(item) for item in value] if isinstance(value, list) else self._split(clean(value))
        codes = list(dict.fromkeys(self._normal(text) for text in texts if text))
        if not codes and self.required:
            raise ValidationError(self.when_missing)
        if len(codes) > self.MOST:
            raise ValidationError(_l("Give at most %(most)s classes.", most=self.MOST))
        return codes

    @staticmethod
    def _split(text: str) -> list[str]:
        return [part.strip() for part in re.split(r"[\n;；,，、]", text)]

    def _normal(self, text: str) -> str:
        try:
            return classification.normalise(self.scheme, text)
        except ValueError as error:
            raise ValidationError(
                _l(
                    "“%(text)s” is not a class of this scheme. Write it like %(example)s.",
                    text=text[:40],
                    example=self.example,
                )
            ) from error

    @staticmethod
    def as_typed(raw: Any) -> str:
        """What a text box shows for `raw`, however it arrived."""
        return "\n".join(map(str, raw)) if isinstance(raw, list) else raw if isinstance(raw, str) else ""
