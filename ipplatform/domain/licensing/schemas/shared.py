"""Fields that several schemas share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate

from ipplatform.foundation.i18n import _, _l
from ipplatform.foundation.money import LARGEST

REQUIRED = {"required": _l("Answer this question."), "null": _l("Answer this question.")}
DECIMALS = 6


class Amount(fields.Decimal):
    """A positive decimal written as text, so that nothing passes through a float; commas may set off thousands."""

    default_error_messages = {"invalid": _l("Enter a number, like 120000 or 3.5."), **REQUIRED}

    def __init__(self, *, metadata: dict[str, Any], **kwargs: Any):
        described = {"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,6})?$", **metadata}
        super().__init__(metadata=described, **kwargs)

    def _validated(self, value: Any) -> Decimal:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        found = super()._validated(value.replace(",", "").strip())
        assert found is not None
        if not found.is_finite() or found < 0 or found >= LARGEST or found != round(found, DECIMALS):
            raise self.make_error("invalid")
        return found


def one_of(choices: Sequence[str]) -> validate.OneOf:
    return validate.OneOf(choices, error=_l("Choose from the list."))


def some_of(known: Callable[[str], bool]) -> fields.String:
    def check(value: str) -> None:
        if not known(value):
            raise ValidationError(_("%(value)s is not on the list.", value=value[:40]))

    return fields.String(validate=check)


def listed(known: Callable[[str], bool], label: Any, **metadata: Any) -> fields.List[Any]:
    return fields.List(
        some_of(known),
        required=True,
        validate=validate.Length(min=1, max=300, error=_l("Choose at least one.")),
        error_messages=REQUIRED,
        metadata={"label": label, "widget": "checkboxes", **metadata},
    )
