"""The holders' signatures in a bundle: bytes that openssl verifies, and one file that says what they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ipplatform.domain.evidence.formats import canonical
from ipplatform.domain.evidence.holder import message, queries, texts
from ipplatform.domain.evidence.holder.models import HolderSignature
from ipplatform.domain.evidence.holder.publickeys import ED25519, P256, P384, PublicKey
from ipplatform.domain.evidence.manifest import timestamp
from ipplatform.domain.evidence.models import Record

FOLDER = "filing/submitter"
DESCRIPTION = f"{FOLDER}.json"
WORDS = {
    ED25519: "Ed25519 (RFC 8032)",
    P256: "ECDSA on P-256 with SHA-256, in DER (RFC 3279)",
    P384: "ECDSA on P-384 with SHA-384, in DER (RFC 3279)",
}
OVER_MANIFEST = "the line above in `context`, with its line feed, followed by the bytes of filing/manifest.json"
OVER_ASSERTION = (
    "the bytes of .authenticator-data followed by the SHA-256 of the bytes of .client-data.json, whose challenge is the "
    "SHA-256, in base64url, of the line above in `context`, with its line feed, followed by filing/manifest.json"
)


class Signatures:
    """What a bundle holds of the signatures over one record; read in one statement."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._found = queries.signatures_with_bytes(record.id)

    @property
    def any(self) -> bool:
        return bool(self._found)

    @property
    def readme(self) -> str:
        return texts.README_SIGNED if self._found else texts.README_UNSIGNED

    @property
    def instructions(self) -> str:
        if not self._found or self._record.manifest is None:
            return ""
        named = [
            (f"{FOLDER}.{number:03d}", row.key.algorithm, row.key.rp_id)
            for number, (row, _) in enumerate(self._found, 1)
        ]
        return texts.instructions(message.context_of(self._record.manifest), named)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """(name, content) in order; none when nobody signed."""
        if self._found and self._record.manifest is not None:
            yield from _listed(self._record, self._record.manifest, self._found)


def _listed(
    record: Record, manifest: bytes, found: Sequence[tuple[HolderSignature, Record]]
) -> Iterator[tuple[str, bytes]]:
    described = [_described(number, *pair) for number, pair in enumerate(found, 1)]
    whole = {"context": message.context_of(manifest), "filing": record.public_id, "signatures": described}
    yield DESCRIPTION, canonical.dumps(whole)
    for number, (signature, _logged) in enumerate(found, 1):
        yield from _files(f"{FOLDER}.{number:03d}", signature)


def _files(stem: str, row: HolderSignature) -> Iterator[tuple[str, bytes]]:
    yield f"{stem}.sig", row.signature
    yield f"{stem}.spki.pem", PublicKey(row.key.algorithm, row.key.spki).pem
    if row.authenticator_data is not None and row.client_data is not None:
        yield f"{stem}.authenticator-data", row.authenticator_data
        yield f"{stem}.client-data.json", row.client_data


def _described(number: int, row: HolderSignature, logged: Record) -> dict[str, Any]:
    key = row.key
    passkey = row.client_data is not None
    return {
        "number": number,
        "kind": key.kind,
        "algorithm": key.algorithm,
        "algorithm_in_words": WORDS[key.algorithm],
        "signed_bytes": OVER_ASSERTION if passkey else OVER_MANIFEST,
        "rp_id": key.rp_id,
        "person": key.person.public_id,
        "person_name": key.person.name,
        "roles": row.roles.split(),
        "signed_at": timestamp(row.signed_at),
        "signature_record": {"filing": logged.public_id, "commitment": logged.commitment.hex()},
        "key": key.public_id,
        "key_sha256": key.spki_sha256.hex(),
        "enrolled_at": timestamp(key.enrolled_at),
        "enrolment_record": {"filing": key.record.public_id, "commitment": key.record.commitment.hex()},
        "revoked_at": timestamp(key.revoked_at) if key.revoked_at is not None else None,
    }
