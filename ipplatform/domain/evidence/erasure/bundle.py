"""What a bundle holds of a filing whose content was erased: the erase entry, its proof, and what the entry stands for."""

from __future__ import annotations

from collections.abc import Iterator

from ipplatform.domain.evidence.bundle.proofs import proof
from ipplatform.domain.evidence.erasure import queries
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.witness.bundle import Head

FOLDER = "erasure"


INSTRUCTIONS = """
The erasure. Its manifest and salt give the commitment in its own entry, and it names
the commitment of this filing (the last command prints 1).

    openssl dgst -sha256 -mac HMAC -macopt hexkey:$(cat erasure/salt.hex) erasure/manifest.json
    cat erasure/entry.json
    grep -c "$(sed 's/.*\\("commitment":"[0-9a-f]*"\\).*/\\1/' log/entry.json)" erasure/manifest.json
"""


def erase_record(record: Record) -> Record | None:
    """The record that says that the filing's content is gone; None while it is there."""
    if record.manifest is not None:
        return None
    found = queries.erased_record(record.id)
    return None if found is None else queries.erase_record(found)


def files(erase: Record | None, checkpoint: Head) -> Iterator[tuple[str, bytes]]:
    """Names and bytes. The manifest of an erasure holds no personal content, so everybody may open its commitment."""
    if erase is None or erase.manifest is None or erase.salt is None:
        return
    yield f"{FOLDER}/entry.json", bytes(erase.leaf)
    yield f"{FOLDER}/entry.tlog-proof", proof(erase, checkpoint).data
    yield f"{FOLDER}/manifest.json", erase.manifest
    yield f"{FOLDER}/salt.hex", erase.salt.hex().encode()
