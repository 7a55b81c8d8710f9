from __future__ import annotations

import hashlib
import json
from itertools import count
from typing import Any

from ipplatform.domain.evidence import columns, services
from ipplatform.domain.evidence.columns import ColumnFinding, Item
from ipplatform.domain.evidence.manifest import DocumentDigest
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation import storage
from ipplatform.foundation.db import transaction
from ipplatform.foundation.ids import new_public_id

_numbers = count(1)


def stored_document(data: bytes, name: str = "claims.pdf", role: str = "claims") -> DocumentDigest:
    """A document whose bytes are in the store."""
    return DocumentDigest(
        role=role,
        name=name,
        media_type="application/pdf",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        sha512=hashlib.sha512(data).hexdigest(),
        storage_key=storage.put_stream([data]),
    )


def append(**changes: Any) -> Record:
    """A pending record in the current transaction."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "organisation_id": None,
        "filing": new_public_id(),
        "kind": "registration",
        "asset": None,
        "submitter": {"organisation": "Makers"},
        "fields": {"title": f"Thing {number}"},
        "documents": (),
        "idempotency_key": f"key-{number}",
    }
    return services.append(**(values | changes))


def column_findings(record: Record) -> list[ColumnFinding]:
    """What the registered checks say of one record."""
    item = Item(
        record.id,
        record.public_id,
        record.organisation_id,
        record.asset,
        record.kind,
        json.loads(record.manifest or b""),
    )
    return [finding for check, items in columns.due([item]) for finding in check(items)]


def make_record(**changes: Any) -> Record:
    with transaction():
        return append(**changes)


def make_records(many: int, **changes: Any) -> list[Record]:
    with transaction():
        return [append(**changes) for _ in range(many)]
