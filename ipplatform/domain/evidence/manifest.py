"""What a filing says, as bytes: the manifest and its salted commitment. EVIDENCE.md section 1.

The stored bytes are the authority; nothing here is run again to verify them.
"""

import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from ipplatform.domain.evidence.formats import canonical

SALT_SIZE = 32


@dataclass(frozen=True)
class DocumentDigest:
    """A document as received. `size` in bytes, digests in hexadecimal.

    `storage_key` says where foundation.storage keeps the bytes; it is needed by the audit and by bundles and is not
    part of the manifest.
    """

    role: str
    name: str
    media_type: str
    size: int
    sha256: str
    sha512: str
    storage_key: str | None = None

    @property
    def entry(self) -> dict[str, Any]:
        return {
            "role": self.role,
            "name": self.name,
            "media_type": self.media_type,
            "size": self.size,
            "sha256": self.sha256,
            "sha512": self.sha512,
        }


def schema_of(origin: str) -> str:
    return f"{origin}/manifest/v1"


def build(
    *,
    origin: str,
    filing: str,
    kind: str,
    asset: str | None,
    previous: str | None,
    submitted_at: datetime,
    submitter: dict[str, Any],
    fields: dict[str, Any],
    documents: Sequence[DocumentDigest],
) -> bytes:
    """Canonical JSON. `previous` is the commitment (hex) of the asset's preceding filing.

    Raises CanonicalError for floats and other values without one spelling.
    """
    return canonical.dumps(
        {
            "schema": schema_of(origin),
            "filing": filing,
            "kind": kind,
            "asset": asset,
            "previous": previous,
            "submitted_at": timestamp(submitted_at),
            "submitter": submitter,
            "fields": fields,
            "documents": [document.entry for document in documents],
        },
        spell=spelled,
    )


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC, whole seconds: 2026-11-23T20:01:25Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def commit(salt: bytes, manifest: bytes) -> bytes:
    """HMAC-SHA256 keyed with the salt: a bare digest of a confidential filing could be guessed."""
    return hmac.digest(salt, manifest, "sha256")


def spelled(value: Any) -> Any:
    """For canonical JSON: text in NFC, dates in ISO 8601, decimals as written, sets sorted; anything else as it is."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, set | frozenset):
        return sorted(spelled(item) for item in value)
    return value
