"""Ed25519 keys in a PKCS #11 token (a hardware security module, SoftHSM); addressed by an RFC 7512 URI."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from ipplatform.domain.evidence.formats.signing import ED25519
from ipplatform.foundation.keyfile import KeyFileError


@dataclass(frozen=True)
class TokenAddress:
    """`pkcs11:token=T;object=O?module-path=/path/to/module.so&pin-source=/path/to/pin`."""

    token: str
    object: str
    module: str
    pin_file: Path


class TokenKey:
    """A key that never leaves its token. Sessions of a token are not for several threads at once, hence the lock."""

    algorithm = ED25519

    def __init__(self, private: Any, public: bytes) -> None:
        self._private, self._lock, self.public = private, threading.Lock(), public

    def sign(self, data: bytes) -> bytes:
        import pkcs11

        with self._lock:
            return bytes(self._private.sign(data, mechanism=pkcs11.Mechanism.EDDSA))


def parse(text: str) -> TokenAddress:
    """Raises KeyFileError unless token, object, module-path and pin-source are there."""
    scheme, _, rest = text.partition(":")
    path, _, query = rest.partition("?")
    parts = {name: unquote(value) for name, _, value in (item.partition("=") for item in path.split(";"))}
    parts |= dict(parse_qsl(query))
    try:
        if scheme == "pkcs11":
            return TokenAddress(parts["token"], parts["object"], parts["module-path"], Path(parts["pin-source"]))
    except KeyError as error:
        raise KeyFileError(f"LOG_KEY_PKCS11 lacks {error.args[0]}; see docs/operators/keys.md") from error
    raise KeyFileError("LOG_KEY_PKCS11 is an address like pkcs11:token=…;object=…?module-path=…&pin-source=…")


@lru_cache(maxsize=4)
def key_at(address: str) -> TokenKey:
    """Opens the token and finds the key pair. Raises KeyFileError with what the token said."""
    import pkcs11

    wanted = parse(address)
    try:
        token = pkcs11.lib(wanted.module).get_token(token_label=wanted.token)
        session = token.open(user_pin=wanted.pin_file.read_text().strip())
        return _pair(session, wanted.object)
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
        raise KeyFileError(
            f"the key {wanted.object!r} in token {wanted.token!r} cannot be used: {type(error).__name__} {error}. Is "
            f"the token attached, the PIN in {wanted.pin_file} right, and the pair there with this label?"
        ) from error


def _pair(session: Any, label: str) -> TokenKey:
    """The session stays open as long as the key is used; without a key it is closed, or nobody could log in again."""
    import pkcs11

    try:
        private = session.get_key(label=label, object_class=pkcs11.ObjectClass.PRIVATE_KEY)
        public = session.get_key(label=label, object_class=pkcs11.ObjectClass.PUBLIC_KEY)
        return TokenKey(private, _point(bytes(public[pkcs11.Attribute.EC_POINT])))
    except BaseException:
        session.close()
        raise


def _point(encoded: bytes) -> bytes:
    """CKA_EC_POINT is the point in a DER OCTET STRING (PKCS #11 v3.0 section 2.3.5); some tokens leave the wrapping out."""
    point = encoded[2:] if len(encoded) == 34 and encoded[:2] == b"\x04\x20" else encoded
    if len(point) != 32:
        raise KeyFileError("the token's key is not an Ed25519 key")
    return point
