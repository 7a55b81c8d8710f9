"""What comes in about keys and signatures, from forms and the API."""

from __future__ import annotations

from marshmallow import EXCLUDE, RAISE, Schema, fields, validate

from ipplatform.domain.evidence.holder.enrolment import REASONS
from ipplatform.domain.evidence.holder.publickeys import LARGEST
from ipplatform.foundation.i18n import _l
from ipplatform.foundation.text import ShortText

REQUIRED = {"required": _l("Answer this question."), "null": _l("Answer this question.")}


def _name() -> ShortText:
    hint = _l("So that you know it again: where it is kept, for instance “Laptop” or “Key in the safe”.")
    return ShortText(
        required=True, most=100, metadata={"label": _l("Name of the key"), "hint": hint, "width": "medium"}
    )


class PasskeySchema(Schema):
    class Meta:
        unknown = EXCLUDE

    name = _name()


class UploadSchema(Schema):
    """A name and a public key; the key may come as a file of the form instead."""

    class Meta:
        unknown = EXCLUDE

    name = _name()
    public_key = fields.String(
        required=True,
        error_messages={**REQUIRED, "required": _l("Paste the public key.")},
        metadata={
            "label": _l("Public key"),
            "hint": _l("The whole text of public.pem, with its first and last line."),
            "widget": "textarea",
            "rows": 5,
        },
    )


class RevocationSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    reason = fields.String(
        required=True,
        error_messages=REQUIRED,
        validate=validate.OneOf(list(REASONS), error=_l("Say why the key ends.")),
        metadata={"label": _l("Why"), "widget": "select", "choices": list(REASONS.items())},
    )


class Strict(Schema):
    class Meta:
        unknown = RAISE


class NewKeySchema(Strict):
    name = ShortText(required=True, most=100)
    public_key = fields.String(
        required=True,
        validate=validate.Length(max=LARGEST),
        metadata={"description": "Ed25519 or ECDSA P-256 or P-384, PEM (SubjectPublicKeyInfo)"},
    )


class ProofOfPossessionSchema(Strict):
    enrolment = fields.String(required=True, metadata={"description": "As POST /signing-keys/enrolments answered"})
    signature = fields.String(
        required=True,
        validate=validate.Length(max=LARGEST),
        metadata={"description": "Over the enrolment's text, in base64"},
    )


class EndOfKeySchema(Strict):
    reason = fields.String(required=True, validate=validate.OneOf(list(REASONS)))


class NewSignatureSchema(Strict):
    key = fields.String(required=True, metadata={"description": "Public id of an uploaded key of the token's person"})
    signature = fields.String(
        required=True,
        validate=validate.Length(max=LARGEST),
        metadata={"description": "Over the bytes of GET …/signatures/message, in base64"},
    )
