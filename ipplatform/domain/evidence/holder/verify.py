"""The holders' signatures of a bundle, checked offline: from the bundle's bytes and cryptography alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ipplatform.domain.evidence.bundle.reader import Bundle
from ipplatform.domain.evidence.formats import canonical
from ipplatform.domain.evidence.holder import assertions, message, publickeys
from ipplatform.domain.evidence.holder.bundle import DESCRIPTION, FOLDER

_NAME = re.compile(r"filing/submitter\.(?:json|\d{3}\.(?:sig|spki\.pem|authenticator-data|client-data\.json))")


class Untrue(ValueError):
    """A signature in the bundle is not what it claims to be."""


def checks(bundle: Bundle, manifest: bytes) -> Iterator[str | None]:
    """One sentence a signature, saying what it proves; None when the bundle holds none. Raises Untrue."""
    names = {name for name in bundle.names if name.startswith(f"{FOLDER}.")}
    if not names:
        yield None
        return
    described = _described(bundle, names, manifest)
    expected = {DESCRIPTION}
    for number, entry in enumerate(described, 1):
        stem = f"{FOLDER}.{number:03d}"
        yield _signature(bundle, stem, entry, manifest)
        expected |= {f"{stem}.sig", f"{stem}.spki.pem"}
        if entry.get("kind") == "passkey":
            expected |= {f"{stem}.authenticator-data", f"{stem}.client-data.json"}
    if names != expected:
        raise Untrue(f"{', '.join(sorted(names ^ expected))}: not what filing/submitter.json describes")


def _described(bundle: Bundle, names: set[str], manifest: bytes) -> list[dict[str, Any]]:
    if DESCRIPTION not in names or not all(_NAME.fullmatch(name) for name in names):
        raise Untrue("filing/submitter.json is missing, or a file beside it has another name than a signature's")
    try:
        value = canonical.loads(bundle.read(DESCRIPTION))
        context = message.context_of(manifest)
    except canonical.CanonicalError as error:
        raise Untrue(f"filing/submitter.json: {error}") from error
    found = value.get("signatures") if isinstance(value, dict) else None
    if not isinstance(found, list) or not found or not all(isinstance(entry, dict) for entry in found):
        raise Untrue("filing/submitter.json describes no signatures")
    if value.get("context") != context:
        raise Untrue("filing/submitter.json is about another filing or log")
    return found


def _signature(bundle: Bundle, stem: str, entry: dict[str, Any], manifest: bytes) -> str:
    for end in ("sig", "spki.pem"):
        if f"{stem}.{end}" not in bundle.names:
            raise Untrue(f"{stem}.{end} is missing")
    key = _key(bundle, stem, entry)
    signature = bundle.read(f"{stem}.sig")
    who = f"{stem}.sig: {entry.get('person_name')} ({', '.join(map(str, entry.get('roles') or ()))})"
    if entry.get("kind") == "passkey":
        origin = _assertion(bundle, stem, entry, key, signature, manifest)
        return f"{who} signed this manifest with a passkey, as asked by {origin}; only the holder of that key could"
    if not key.verifies(signature, message.to_sign(manifest)):
        raise Untrue(f"{stem}.sig is not that key's signature over this manifest")
    return f"{who} signed this manifest with key sha256 {key.sha256.hex()}; only the holder of that key could"


def _key(bundle: Bundle, stem: str, entry: dict[str, Any]) -> publickeys.PublicKey:
    try:
        key = publickeys.of_pem(bundle.read(f"{stem}.spki.pem"))
    except publickeys.Refused as error:
        raise Untrue(f"{stem}.spki.pem is not a key that is taken here") from error
    if (key.algorithm, key.sha256.hex()) != (entry.get("algorithm"), entry.get("key_sha256")):
        raise Untrue(f"{stem}.spki.pem is not the key that filing/submitter.json describes")
    return key


def _assertion(
    bundle: Bundle, stem: str, entry: dict[str, Any], key: publickeys.PublicKey, signature: bytes, manifest: bytes
) -> str:
    names = f"{stem}.authenticator-data", f"{stem}.client-data.json"
    if not set(names) <= set(bundle.names):
        raise Untrue(f"{stem}: a passkey's signature needs {names[0]} and {names[1]}")
    assertion = assertions.Assertion(bundle.read(names[0]), bundle.read(names[1]), signature)
    challenge = message.challenge_of(manifest)
    try:
        return assertions.require_true(assertion, key=key, challenge=challenge, rp_id=str(entry.get("rp_id")))
    except assertions.NotTrue as error:
        raise Untrue(f"{stem}.sig: {error}") from error
