"""Signing keys of the token's person: a public key is enrolled by signing a text with its private half."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.evidence.holder import enrolment, queries
from ipplatform.domain.evidence.holder.models import SigningChallenge, SigningKey
from ipplatform.domain.evidence.holder.permissions import SEE_KEYS
from ipplatform.domain.evidence.holder.publickeys import ALGORITHMS, PublicKey
from ipplatform.domain.evidence.holder.schemas import EndOfKeySchema, NewKeySchema, ProofOfPossessionSchema
from ipplatform.entrypoints.api.blueprint import Blueprint
from ipplatform.entrypoints.http.access import token
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.ids import parse_id

blueprint = Blueprint(
    "api_signing_keys", __name__, url_prefix="/signing-keys", description="Keys with which holders sign filings"
)
BEARER: list[dict[str, list[str]]] = [{"bearer": []}]


class SigningKeySchema(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": ["passkey", "uploaded"]})
    algorithm = fields.String(required=True, metadata={"enum": list(ALGORITHMS)})
    public_key = fields.String(required=True, metadata={"description": "PEM (SubjectPublicKeyInfo)"})
    sha256 = fields.String(required=True, metadata={"description": "Of the key's DER, 64 hexadecimal digits"})
    record = fields.String(required=True, metadata={"description": "Public id of the enrolment's record in the log"})
    enrolled_at = fields.DateTime(required=True)
    revoked_at = fields.DateTime(allow_none=True)


class SigningKeysSchema(Schema):
    items = fields.List(fields.Nested(SigningKeySchema), required=True)


class EnrolmentSchema(Schema):
    id = fields.String(required=True)
    text = fields.String(required=True, metadata={"description": "Sign its UTF-8 bytes exactly as they are"})
    expires_at = fields.DateTime(required=True)


@blueprint.route("")
class SigningKeys(MethodView):
    @blueprint.response(200, SigningKeysSchema)
    @blueprint.doc(security=BEARER)
    @token("account:read")
    def get(self) -> dict[str, Any]:
        """The person's keys in the organisation, newest first"""
        who = actor()
        require(SEE_KEYS, who)
        found = queries.keys_of(organisation_id=who.organisation_id or 0, person_id=who.person_id)
        return {"items": [_key(one) for one in found]}

    @blueprint.arguments(ProofOfPossessionSchema)
    @blueprint.response(201, SigningKeySchema)
    @blueprint.alt_response(409, description="The enrolment has expired or was finished", success=False)
    @blueprint.doc(security=BEARER)
    @token("account:write")
    def post(self, sent: dict[str, Any]) -> dict[str, Any]:
        """Enrol the key by the signature over its enrolment's text"""
        signature = sent["signature"].encode()
        challenge = parse_id(sent["enrolment"]) or ""
        return _key(enrolment.finish_upload(actor=actor(), challenge=challenge, signature=signature))


@blueprint.route("/enrolments")
class Enrolments(MethodView):
    @blueprint.arguments(NewKeySchema)
    @blueprint.response(201, EnrolmentSchema)
    @blueprint.doc(security=BEARER)
    @token("account:write")
    def post(self, sent: dict[str, Any]) -> dict[str, Any]:
        """Begin to enrol a public key: the answer's text is to be signed with its private half"""
        begun = enrolment.begin_upload(
            actor=actor(), name=sent["name"], public_key=sent["public_key"].encode("utf-8", "replace")
        )
        return _enrolment(begun)


@blueprint.route("/<string:key_id>/revocation")
class Revocation(MethodView):
    @blueprint.arguments(EndOfKeySchema)
    @blueprint.response(200, SigningKeySchema)
    @blueprint.alt_response(404, description="No such key", success=False)
    @blueprint.doc(security=BEARER)
    @token("account:write")
    def post(self, sent: dict[str, Any], key_id: str) -> dict[str, Any]:
        """Revoke a key; what it signed before stays verifiable"""
        number = parse_id(key_id)
        if number is None:
            raise NotFound
        return _key(enrolment.revoke(actor=actor(), key=number, reason=sent["reason"]))


def _key(row: SigningKey) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "name": row.name,
        "kind": row.kind,
        "algorithm": row.algorithm,
        "public_key": PublicKey(row.algorithm, row.spki).pem.decode(),
        "sha256": row.spki_sha256.hex(),
        "record": row.record.public_id,
        "enrolled_at": row.enrolled_at,
        "revoked_at": row.revoked_at,
    }


def _enrolment(begun: SigningChallenge) -> dict[str, Any]:
    text = enrolment.text_to_sign(begun).decode()
    return {"id": begun.public_id, "text": text, "expires_at": begun.expires_at}
