"""What comes in about erasure and holds, from forms and API alike."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from ipplatform.domain.evidence.erasure import rules
from ipplatform.foundation.i18n import _l
from ipplatform.foundation.ids import parse_id
from ipplatform.foundation.text import ShortText, Text

REQUIRED = {"required": _l("Answer this question."), "null": _l("Answer this question.")}
MOST_WORDS = 4_000


class Number(fields.String):
    """A public id in any spelling; loads as it is stored."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        found = parse_id(super()._deserialize(value, *args, **kwargs))
        if found is None:
            raise self.make_error("number")
        return found

    default_error_messages = {
        **REQUIRED,
        "number": _l("Enter the number as it stands on the receipt, like 7K3M-Q9TX-2B4R-W8YZ."),
    }


def _choice(labels: Any, label: Any) -> fields.String:
    return fields.String(
        required=True,
        error_messages=REQUIRED,
        validate=validate.OneOf(list(labels), error=_l("Choose a reason.")),
        metadata={"label": label, "widget": "radios", "choices": list(labels.items())},
    )


def _words(label: Any, hint: Any, *, rows: int = 4) -> Text:
    return Text(
        required=True, most=MOST_WORDS, metadata={"label": label, "hint": hint, "widget": "textarea", "rows": rows}
    )


class RequestSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    ground = _choice(rules.GROUND_LABELS, _l("On what ground of the law?"))
    words = _words(
        _l("What happened, in your own words"),
        _l("Read by those who decide. Destroyed together with the content when the request is granted."),
    )


class EntrySchema(RequestSchema):
    filing = Number(
        required=True,
        metadata={"label": _l("Number of the filing"), "hint": _l("Any filing of the case; all of it is meant.")},
    )

    class Meta:
        unknown = EXCLUDE
        fields = ("filing", "ground", "words")


class RefusalSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    because = _choice(rules.REFUSAL_LABELS, _l("Why is it refused?"))
    words = _words(_l("The reason in words"), _l("Goes back to whoever asked."))


class HoldSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    subject = Number(required=True, metadata={"label": _l("Number of the filing or asset")})
    reason = _words(
        _l("Why must it be kept?"), _l("Read by the office alone; the holder learns that it is held, not why.")
    )
    authority = ShortText(required=True, most=200, metadata={"label": _l("Which authority demands it?")})
    reference = ShortText(required=True, most=200, metadata={"label": _l("The authority's file number")})
    until = fields.Date(
        load_default=None,
        allow_none=True,
        error_messages={"invalid": _l("Enter a date.")},
        metadata={"label": _l("Last day"), "hint": _l("Empty: until two people of the office lift it.")},
    )


class LiftSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    reason = _words(_l("Why may it end?"), _l("Read by the second person, who lifts it."), rows=3)
