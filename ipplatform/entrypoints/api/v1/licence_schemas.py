"""How negotiations, offers, agreements and grants are written in JSON."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from ipplatform.domain.licensing.models import Agreement, Negotiation, Offer, Signature, Step
from ipplatform.domain.licensing.rules import lifecycle
from ipplatform.domain.licensing.schemas import InquirySchema, OfferSchema
from ipplatform.domain.rights.models import Grant

BEARER: list[dict[str, list[str]]] = [{"bearer": []}]


class LicencePartySchema(Schema):
    id = fields.String(attribute="public_id")
    name = fields.String()
    country = fields.String()


class LicenceAssetSchema(Schema):
    id = fields.String(attribute="public_id")
    kind = fields.String()
    title = fields.String()


class NegotiationSchema(Schema):
    id = fields.String(attribute="public_id")
    state = fields.String(validate=validate.OneOf(lifecycle.STATES))
    asset = fields.Nested(LicenceAssetSchema)
    licensor = fields.Nested(LicencePartySchema)
    licensee = fields.Nested(LicencePartySchema)
    created_at = fields.DateTime()
    changed_at = fields.DateTime()


class OfferOutSchema(Schema):
    number = fields.Integer()
    by = fields.String(metadata={"description": "licensor or licensee"})
    terms = fields.Dict(metadata={"description": "Whole terms; countries are the territories as expanded that day"})
    valid_until = fields.Date()
    created_at = fields.DateTime()


class NegotiationStepSchema(Schema):
    action = fields.String()
    by = fields.String(allow_none=True)
    person = fields.String(allow_none=True)
    offer = fields.Integer(allow_none=True)
    message = fields.String(allow_none=True)
    at = fields.DateTime()


class WholeNegotiationSchema(NegotiationSchema):
    listing = fields.String(allow_none=True)
    next_action = fields.String(metadata={"description": "What comes next for the token's organisation, in words"})
    actions = fields.List(fields.String(), metadata={"description": "Moves the token's organisation has now"})
    agreement = fields.String(allow_none=True)
    blocked = fields.Dict(allow_none=True, metadata={"description": "Why signing could not be executed"})
    offers = fields.List(fields.Nested(OfferOutSchema))
    steps = fields.List(fields.Nested(NegotiationStepSchema))


class NegotiationPageSchema(Schema):
    items = fields.List(fields.Nested(NegotiationSchema))
    next = fields.String(allow_none=True, attribute="next_cursor", metadata={"description": "Cursor for ?after="})


class AgreementSchema(Schema):
    id = fields.String(attribute="public_id")
    number = fields.String()
    state = fields.String(validate=validate.OneOf(lifecycle.AGREEMENT_STATES))
    negotiation = fields.String(attribute="negotiation.public_id")
    asset = fields.Nested(LicenceAssetSchema)
    licensor = fields.Nested(LicencePartySchema)
    licensee = fields.Nested(LicencePartySchema)
    terms = fields.Dict(attribute="offer.terms")
    sha256 = fields.String(metadata={"description": "Digest of the document both sides sign"})
    signatures = fields.Function(lambda agreement: [signature(one) for one in agreement.signatures])
    filing = fields.Function(
        lambda agreement: agreement.filing.public_id if agreement.filing else None,
        metadata={"description": "Public id of the licence filing, once executed"},
    )
    created_at = fields.DateTime()
    executed_at = fields.DateTime(allow_none=True)


class AgreementPageSchema(Schema):
    items = fields.List(fields.Nested(AgreementSchema))
    next = fields.String(allow_none=True, attribute="next_cursor", metadata={"description": "Cursor for ?after="})


class NewInquirySchema(InquirySchema):
    listing = fields.String(required=True, metadata={"description": "Public id of a published listing"})


class NewOfferSchema(OfferSchema):
    seen = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(0, 100_000),
        metadata={"description": "Number of the offer you answer; 409 when there is a newer one"},
    )

    def loaded(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"seen": data.pop("seen"), **super().loaded(data)}


class AcceptanceSchema(Schema):
    offer = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(1, 100_000),
        metadata={"description": "Number of the offer you accept"},
    )


def offer(found: Offer, negotiation: Negotiation) -> dict[str, Any]:
    return {
        "number": found.number,
        "by": side(negotiation, found.organisation_id),
        "terms": found.terms,
        "valid_until": found.valid_until,
        "created_at": found.created_at,
    }


def step(found: Step, negotiation: Negotiation) -> dict[str, Any]:
    numbers = {one.id: one.number for one in negotiation.offers}
    return {
        "action": found.action,
        "by": side(negotiation, found.organisation_id),
        "person": found.person.name if found.person else None,
        "offer": numbers.get(found.offer_id) if found.offer_id else None,
        "message": found.message,
        "at": found.at,
    }


def signature(found: Signature) -> dict[str, Any]:
    return {
        "by": found.organisation.name,
        "person": found.person.name,
        "sha256": found.sha256,
        "statement": found.statement,
        "method": found.method,
        "signed_at": found.signed_at.isoformat(),
    }


def side(parties: Negotiation | Agreement, organisation_id: int | None) -> str | None:
    """``licensor`` or ``licensee``; None for what the service itself did."""
    names = {parties.licensor_organisation_id: "licensor", parties.licensee_organisation_id: "licensee"}
    return names.get(organisation_id) if organisation_id is not None else None


def grant(found: Grant, *, with_licensee: bool) -> dict[str, Any]:
    return {
        "id": found.public_id,
        "number": found.number,
        "licensee": found.licensee.name if with_licensee and found.licensee else None,
        "exclusivity": found.exclusivity,
        "acts": found.acts,
        "territories": found.territories,
        "fields_of_use": found.fields,
        "start": found.start_date,
        "end": found.last_day,
        "is_sublicence": found.head_id is not None,
    }
