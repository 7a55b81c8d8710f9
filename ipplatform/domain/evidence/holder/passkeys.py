"""The two ceremonies of WebAuthn (level 3, sections 7.1 and 7.2) for this service's address, by the library webauthn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import (
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ipplatform.domain.evidence.holder import publickeys
from ipplatform.domain.evidence.holder.assertions import Assertion
from ipplatform.foundation import settings

ALGORITHMS = [COSEAlgorithmIdentifier.ECDSA_SHA_256, COSEAlgorithmIdentifier.EDDSA]
MINUTES = 10
LARGEST = 64 * 1024


# What reading hostile JSON and CBOR raises besides the library's own errors.
BROKEN = (WebAuthnException, ValueError, KeyError, TypeError, RecursionError)


class Failed(ValueError):
    """What the browser sent is not what the ceremony should give; the text is for the log, not for people."""


@dataclass(frozen=True)
class Registered:
    """A new passkey. `client_data` and `attestation` as the browser and the authenticator made them."""

    key: publickeys.PublicKey
    credential_id: bytes
    cose: bytes
    sign_count: int
    client_data: bytes
    attestation: bytes


def rp_id() -> str:
    """The host of BASE_URL: passkeys made here work at this host alone."""
    return urlsplit(settings.current().base_url).hostname or ""


def origin() -> str:
    parts = urlsplit(settings.current().base_url)
    return f"{parts.scheme}://{parts.netloc}"


def registration_options(
    *, challenge: bytes, user: str, email: str, name: str, rp_name: str, exclude: Sequence[bytes]
) -> str:
    """Options for navigator.credentials.create() as JSON; `user` is the person's public id."""
    options = webauthn.generate_registration_options(
        rp_id=rp_id(),
        rp_name=rp_name,
        user_id=user.encode(),
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        timeout=MINUTES * 60_000,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in exclude],
        supported_pub_key_algs=ALGORITHMS,
    )
    return webauthn.options_to_json(options)


def signing_options(*, challenge: bytes, allow: Sequence[bytes]) -> str:
    """Options for navigator.credentials.get() as JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=rp_id(),
        challenge=challenge,
        timeout=MINUTES * 60_000,
        allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in allow],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def register(credential: str, *, challenge: bytes) -> Registered:
    """Raises Failed, and publickeys.Refused for a key that is weak."""
    try:
        parsed = parse_registration_credential_json(_bounded(credential))
        found = webauthn.verify_registration_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=rp_id(),
            expected_origin=origin(),
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
        )
        return Registered(
            key=key_of(found.credential_public_key),
            credential_id=found.credential_id,
            cose=found.credential_public_key,
            sign_count=found.sign_count,
            client_data=parsed.response.client_data_json,
            attestation=parsed.response.attestation_object,
        )
    except (publickeys.Refused, Failed):
        raise
    except BROKEN as error:
        raise Failed(str(error)) from error


def registered_again(client_data: bytes, attestation: bytes, *, rp: str) -> bytes:
    """The COSE key of an enrolment kept earlier, all its checks repeated. Raises Failed."""
    try:
        said = parse_client_data_json(client_data)
        encoded = webauthn.helpers.bytes_to_base64url
        found = webauthn.helpers.parse_attestation_object(attestation)
        held = found.auth_data.attested_credential_data
        if held is None or urlsplit(said.origin).hostname != rp:
            raise Failed("not an enrolment at this address")
        identity = encoded(held.credential_id)
        response = {"clientDataJSON": encoded(client_data), "attestationObject": encoded(attestation)}
        return webauthn.verify_registration_response(
            credential={"id": identity, "rawId": identity, "type": "public-key", "response": response},
            expected_challenge=said.challenge,
            expected_rp_id=rp,
            expected_origin=said.origin,
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
        ).credential_public_key
    except BROKEN as error:
        raise Failed(str(error)) from error


def key_of(cose: bytes) -> publickeys.PublicKey:
    """Raises Refused for weak keys and Failed for what is no key; ES256 on another curve than P-256 (RFC 9053) is none."""
    try:
        key = decoded_public_key_to_cryptography(decode_credential_public_key(cose))
    except BROKEN as error:
        raise Failed(str(error)) from error
    found = publickeys.of_key(key)
    if found.algorithm not in (publickeys.ED25519, publickeys.P256):
        raise Failed(f"{found.algorithm} is not ES256 or EdDSA")
    return found


def asserted(credential: str) -> tuple[bytes, Assertion]:
    """(credential id, what it signed), not yet verified. Raises Failed."""
    parsed = _assertion(credential)
    response = parsed.response
    return parsed.raw_id, Assertion(response.authenticator_data, response.client_data_json, response.signature)


def verify(credential: str, *, challenge: bytes, cose: bytes, sign_count: int) -> None:
    """Every check of section 7.2, the counter among them. Raises Failed."""
    try:
        webauthn.verify_authentication_response(
            credential=_assertion(credential),
            expected_challenge=challenge,
            expected_rp_id=rp_id(),
            expected_origin=origin(),
            credential_public_key=cose,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except BROKEN as error:
        raise Failed(str(error)) from error


def _assertion(credential: str) -> AuthenticationCredential:
    try:
        return parse_authentication_credential_json(_bounded(credential))
    except BROKEN as error:
        raise Failed(str(error)) from error


def _bounded(credential: str) -> str:
    if len(credential) > LARGEST:
        raise Failed("too large")
    return credential
