"""The stored bytes of documents against the digests in manifests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from ipplatform.domain.evidence.audit.differences import Difference
from ipplatform.domain.evidence.audit.findings import Words
from ipplatform.domain.evidence.audit.marks import DIGEST
from ipplatform.foundation import secretbox, storage


def check(position: int, document: dict[str, Any], kept: dict[int, Any]) -> Iterator[Difference]:
    """(mark, field, expected, found) for the manifest's document at `position`; the bytes are streamed."""
    name = f"document {position + 1} ({document['name']})"
    if position not in kept:
        yield DIGEST, name, Words("a stored file"), Words("no row says where it is")
        return
    key = kept[position]
    if key is None:
        return
    try:
        found = digests(key)
    except secretbox.Damaged:
        yield DIGEST, name, Words(f"sha256 {document['sha256']}"), Words("the stored file has changed bytes")
        return
    except (OSError, ValueError):
        yield DIGEST, name, Words(f"sha256 {document['sha256']}"), Words("the stored file is missing")
        return
    for field, held in found.items():
        if document[field] != held:
            yield DIGEST, f"{name} {field}", document[field], held


def digests(key: str) -> dict[str, object]:
    """Size and digests of a stored file as it is now. Raises Damaged, or OSError where there is none."""
    short, long, size = hashlib.sha256(), hashlib.sha512(), 0
    for chunk in storage.read(key):
        short.update(chunk)
        long.update(chunk)
        size += len(chunk)
    return {"size": size, "sha256": short.hexdigest(), "sha512": long.hexdigest()}
