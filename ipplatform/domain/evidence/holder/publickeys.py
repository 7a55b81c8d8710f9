"""Public keys of holders: which are taken, and why another is refused. Cryptography only; no database."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ipplatform.domain.evidence.holder import edwards
from ipplatform.foundation.i18n import _l

ED25519, P256, P384 = "ed25519", "ecdsa-p256-sha256", "ecdsa-p384-sha384"
ALGORITHMS = (ED25519, P256, P384)
LARGEST = 8 * 1024

_CURVES: dict[str, str] = {"secp256r1": P256, "secp384r1": P384}
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {P256: hashes.SHA256, P384: hashes.SHA384}
_SECRET = re.compile(rb'PRIVATE KEY|OPENSSH PRIVATE|PuTTY-User-Key|"d"\s*:')

EXPECTED = _l(
    "This is not a public key in PEM form. It begins with -----BEGIN PUBLIC KEY----- and comes from: "
    "openssl pkey -in key.pem -pubout"
)
SECRET = _l(
    "This is a private key. Keep it secret: it was not stored here, but it has left your hands, so make a new pair. "
    "Then upload the public key, which begins with -----BEGIN PUBLIC KEY-----."
)
CERTIFICATE = _l("This is a certificate. Upload the public key in it: openssl x509 -in certificate.pem -noout -pubkey")
OPENSSH = _l("This is a key of OpenSSH, with which openssl cannot sign. Make a key with openssl.")
RSA = _l("RSA keys are not taken. Make an Ed25519 or an ECDSA P-256 or P-384 key.")
OTHER = _l("Keys of this kind are not taken. Make an Ed25519 or an ECDSA P-256 or P-384 key.")
UNSOUND = {
    "spelling": _l(
        "This Ed25519 key is not in its canonical form. No honest program makes such a key; make a new one."
    ),
    "point": _l("This is not a point of the curve, so it is no Ed25519 key. Make a new one."),
    "small_order": _l("This Ed25519 key is of small order: anybody could sign with it. Make a new one."),
    "mixed_order": _l(
        "This Ed25519 key is of mixed order: verifiers would disagree about its signatures. Make a new one."
    ),
}


class Refused(ValueError):
    """`message` tells its owner why a key is not taken; `secret` that a private key was sent."""

    def __init__(self, message: Any, *, secret: bool = False) -> None:
        super().__init__("refused")
        self.message, self.secret = message, secret


@dataclass(frozen=True)
class PublicKey:
    """`spki` is the canonical DER SubjectPublicKeyInfo (RFC 5280), with an uncompressed point for ECDSA."""

    algorithm: str
    spki: bytes

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.spki).digest()

    @property
    def pem(self) -> bytes:
        body = base64.encodebytes(self.spki).replace(b"\n", b"")
        lines = [body[place : place + 64] for place in range(0, len(body), 64)]
        return b"-----BEGIN PUBLIC KEY-----\n" + b"\n".join(lines) + b"\n-----END PUBLIC KEY-----\n"

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Ed25519: 64 bytes (RFC 8032); ECDSA: DER (RFC 3279), over SHA-256 for P-256 and SHA-384 for P-384."""
        try:
            key = serialization.load_der_public_key(self.spki)
            if isinstance(key, Ed25519PublicKey):
                key.verify(signature, message)
            elif isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(signature, message, ec.ECDSA(_HASHES[self.algorithm]()))
            else:
                return False
        except (InvalidSignature, ValueError, UnsupportedAlgorithm, KeyError):
            return False
        return True


def read(data: bytes) -> PublicKey:
    """The key in a PEM file. Raises Refused with what its owner should do."""
    if len(data) > LARGEST:
        raise Refused(EXPECTED)
    if _SECRET.search(data) or _is_secret_der(data):
        raise Refused(SECRET, secret=True)
    text = data.strip()
    if b"BEGIN CERTIFICATE" in text:
        raise Refused(CERTIFICATE)
    if text.startswith((b"ssh-", b"ecdsa-sha2-", b"sk-", b"---- BEGIN SSH2")):
        raise Refused(OPENSSH)
    if text.count(b"-----BEGIN PUBLIC KEY-----") != 1 or not text.startswith(b"-----BEGIN PUBLIC KEY-----"):
        raise Refused(EXPECTED)
    return of_key(_loaded(text))


def of_spki(spki: bytes) -> PublicKey:
    """A key from its stored or bundled form. Raises Refused unless it is taken and in its canonical spelling."""
    try:
        found = of_key(serialization.load_der_public_key(spki))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Refused(EXPECTED) from error
    if found.spki != spki:
        raise Refused(EXPECTED)
    return found


def of_pem(pem: bytes) -> PublicKey:
    """As `of_spki`, for the PEM that a bundle holds."""
    found = read(pem)
    if found.pem != pem:
        raise Refused(EXPECTED)
    return found


def of_key(key: Any) -> PublicKey:
    """A key that cryptography has read. Raises Refused for every kind, curve and point that is not taken."""
    if isinstance(key, RSAPublicKey):
        raise Refused(RSA)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _on_curve(key)
    if not isinstance(key, Ed25519PublicKey):
        raise Refused(OTHER)
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    try:
        edwards.require_sound(raw)
    except edwards.Unsound as error:
        raise Refused(UNSOUND[error.reason]) from error
    return PublicKey(ED25519, _spki(key))


def _on_curve(key: ec.EllipticCurvePublicKey) -> PublicKey:
    algorithm = _CURVES.get(key.curve.name)
    if algorithm is None:
        curve = key.curve.name
        raise Refused(
            _l("The curve %(curve)s is not taken. Make an Ed25519 or an ECDSA P-256 or P-384 key.", curve=curve)
        )
    return PublicKey(algorithm, _spki(key.public_numbers().public_key()))


def _spki(key: Ed25519PublicKey | ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _loaded(pem: bytes) -> Any:
    """Curves that the library does not know come as UnsupportedAlgorithm, broken encodings as ValueError."""
    try:
        return serialization.load_pem_public_key(pem)
    except UnsupportedAlgorithm as error:
        raise Refused(OTHER) from error
    except ValueError as error:
        raise Refused(EXPECTED) from error


def _is_secret_der(data: bytes) -> bool:
    """A private key in DER, as it is or in base64 without its PEM lines."""
    for candidate in (data, _decoded(data)):
        try:
            serialization.load_der_private_key(candidate, password=None)
        except TypeError:
            return True
        except (ValueError, UnsupportedAlgorithm):
            continue
        return True
    return False


def _decoded(data: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(data.split()), validate=True)
    except binascii.Error:
        return b""


def signatures_in(data: bytes) -> tuple[bytes, ...]:
    """What an uploaded signature may be: the bytes themselves, or base64 of them with line breaks."""
    decoded = _decoded(data)
    return (data, decoded) if decoded else (data,)
