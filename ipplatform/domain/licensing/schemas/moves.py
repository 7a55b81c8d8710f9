"""Words, answers, signatures and lists."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from ipplatform.domain.licensing.rules import lifecycle
from ipplatform.domain.licensing.schemas.shared import REQUIRED, one_of
from ipplatform.foundation.i18n import _l
from ipplatform.foundation.text import Text


class InquirySchema(Schema):
    class Meta:
        unknown = EXCLUDE

    message = Text(
        most=5000,
        required=True,
        metadata={
            "label": _l("Your message"),
            "hint": _l("What do you want to use it for, where, and from when?"),
            "widget": "textarea",
        },
    )


class MessageSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    message = Text(most=5000, required=True, metadata={"label": _l("Message"), "widget": "textarea", "rows": 3})


class DeclineSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    reason = fields.String(
        required=True,
        validate=one_of(tuple(lifecycle.DECLINE_REASONS)),
        error_messages=REQUIRED,
        metadata={
            "label": _l("Reason"),
            "widget": "radios",
            "choices": list(lifecycle.DECLINE_REASONS.items()),
        },
    )
    message = Text(
        most=5000, least=0, load_default="", metadata={"label": _l("Message"), "widget": "textarea", "rows": 3}
    )


class SignSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    sha256 = fields.String(
        required=True,
        validate=validate.Regexp(r"\A[0-9a-f]{64}\Z"),
        error_messages=REQUIRED,
        metadata={"label": _l("SHA-256 of the document"), "widget": "hidden"},
    )
    password = fields.String(
        required=True,
        load_only=True,
        validate=validate.Length(max=1000),
        error_messages=REQUIRED,
        metadata={
            "label": _l("Your password"),
            "hint": _l("Entering it again is how you sign."),
            "widget": "password",
            "autocomplete": "current-password",
        },
    )


class ListSchema(Schema):
    """A page of an organisation's negotiations or agreements."""

    class Meta:
        unknown = EXCLUDE

    after = fields.String(validate=validate.Length(max=500), metadata={"description": "Cursor of the next page"})
    limit = fields.Integer(load_default=25, validate=validate.Range(1, 100))


class NegotiationListSchema(ListSchema):
    state = fields.String(validate=validate.OneOf(lifecycle.STATES))


class AgreementListSchema(ListSchema):
    state = fields.String(validate=validate.OneOf(lifecycle.AGREEMENT_STATES))
