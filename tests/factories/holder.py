"""Holders' keys: an authenticator in software, and keys as openssl would make them."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.models import Organisation, Person
from ipplatform.domain.evidence.holder import enrolment, message, passkeys, services
from ipplatform.domain.evidence.holder.models import HolderSignature, SigningChallenge, SigningKey
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import transaction
from tests.factories.accounts import actor_of, member
from tests.factories.evidence import make_record

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
Private = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


@dataclass
class Authenticator:
    """One passkey. Attributes may be changed to make it, or the page that asks it, misbehave."""

    private: Private = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    flags: int = PRESENT | VERIFIED
    count: int = 0
    origin: str = "http://localhost"
    rp_id: str = "localhost"

    @property
    def cose(self) -> bytes:
        public = self.private.public_key()
        if isinstance(public, ed25519.Ed25519PublicKey):
            return encode_cbor({1: 1, 3: -8, -1: 6, -2: public.public_bytes_raw()})
        numbers = public.public_numbers()
        size, curve = (48, 2) if public.key_size == 384 else (32, 1)
        x, y = numbers.x.to_bytes(size, "big"), numbers.y.to_bytes(size, "big")
        return encode_cbor({1: 2, 3: -7, -1: curve, -2: x, -3: y})

    def create(self, options: str, *, kind: str = "webauthn.create") -> str:
        """As navigator.credentials.create() answers, in JSON, with the attestation `none`."""
        length = len(self.credential_id).to_bytes(2, "big")
        attested = bytes(16) + length + self.credential_id + self.cose
        data = self._data(ATTESTED) + attested
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client_data(kind, options)
        return self._credential(clientDataJSON=client, attestationObject=attestation)

    def get(self, options: str, *, kind: str = "webauthn.get", challenge: str | None = None) -> str:
        """As navigator.credentials.get() answers, in JSON."""
        self.count += 1
        data, client = self._data(), self._client_data(kind, options, challenge)
        signature = sign(self.private, data + hashlib.sha256(client).digest())
        return self._credential(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _data(self, more: int = 0) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([self.flags | more]) + self.count.to_bytes(4, "big")

    def _client_data(self, kind: str, options: str, challenge: str | None = None) -> bytes:
        asked = challenge or json.loads(options)["challenge"]
        said = {"type": kind, "challenge": asked, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said, separators=(",", ":")).encode()

    def _credential(self, **response: bytes) -> str:
        identity = bytes_to_base64url(self.credential_id)
        encoded = {name: bytes_to_base64url(value) for name, value in response.items()}
        return json.dumps({"id": identity, "rawId": identity, "type": "public-key", "response": encoded})


def tampered(credential: str, name: str, at: int = -1) -> str:
    """The credential with a bit of one of its parts flipped."""
    found: dict[str, Any] = json.loads(credential)
    data = bytearray(base64url_to_bytes(found["response"][name]))
    data[at] ^= 1
    found["response"][name] = bytes_to_base64url(bytes(data))
    return json.dumps(found)


def key_pair(algorithm: str = "ed25519") -> Private:
    if algorithm == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key({"p256": ec.SECP256R1(), "p384": ec.SECP384R1()}[algorithm])


def pem(private: Private) -> bytes:
    public = private.public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def sign(private: Private, message: bytes) -> bytes:
    """As openssl signs: Ed25519 over the bytes, ECDSA over SHA-256 or, on P-384, SHA-384."""
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private.sign(message)
    digest = hashes.SHA384() if private.curve.name == "secp384r1" else hashes.SHA256()
    return private.sign(message, ec.ECDSA(digest))


def signer(*roles: str, organisation: Organisation | None = None) -> tuple[Person, Organisation, Actor]:
    """A member with a signing role."""
    person, organisation = member(*(roles or ("signatory",)), organisation=organisation)
    return person, organisation, actor_of(person, organisation)


def record_of(actor: Actor, **changes: Any) -> Record:
    """A record of a filing of the actor's organisation."""
    return make_record(organisation_id=actor.organisation_id, submitter={"office": False}, **changes)


def enrolled(actor: Actor, private: Private | None = None, name: str = "Office key") -> tuple[SigningKey, Private]:
    private = private or key_pair()
    with transaction():
        challenge = enrolment.begin_upload(actor=actor, name=name, public_key=pem(private))
        signature = sign(private, enrolment.text_to_sign(challenge))
    with transaction():
        key = enrolment.finish_upload(actor=actor, challenge=challenge.public_id, signature=signature)
    return key, private


@dataclass(frozen=True)
class Begun:
    """An uploaded key's enrolment that only has to be finished."""

    challenge: SigningChallenge
    signature: bytes


def begun(actor: Actor, private: Private | None = None, name: str = "Another key") -> Begun:
    private = private or key_pair()
    with transaction():
        challenge = enrolment.begin_upload(actor=actor, name=name, public_key=pem(private))
        return Begun(challenge, sign(private, enrolment.text_to_sign(challenge)))


def registration_options(challenge: bytes) -> str:
    return passkeys.registration_options(
        challenge=challenge, user="0" * 16, email="a@example.com", name="A", rp_name="Zone", exclude=()
    )


def enrolled_passkey(actor: Actor, authenticator: Authenticator | None = None) -> tuple[SigningKey, Authenticator]:
    authenticator = authenticator or Authenticator()
    with transaction():
        challenge = enrolment.begin_passkey(actor=actor, name="Laptop")
    made = authenticator.create(registration_options(challenge.challenge))
    with transaction():
        key = enrolment.finish_passkey(actor=actor, challenge=challenge.public_id, credential=made)
    return key, authenticator


def options_for(record: Record, key: SigningKey) -> str:
    assert record.manifest is not None
    return passkeys.signing_options(challenge=message.challenge_of(record.manifest), allow=[key.credential_id or b""])


def signed(actor: Actor, record: Record, key: SigningKey, private: Private) -> HolderSignature:
    with transaction():
        data = services.bytes_to_sign(actor=actor, filing=record.public_id)
        return services.sign_with_key(
            actor=actor, filing=record.public_id, key=key.public_id, signature=sign(private, data)
        )


def signed_by_passkey(actor: Actor, record: Record, key: SigningKey, authenticator: Authenticator) -> HolderSignature:
    assertion = authenticator.get(options_for(record, key))
    with transaction():
        return services.sign_with_passkey(actor=actor, filing=record.public_id, credential=assertion)
