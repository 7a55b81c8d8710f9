"""Verifies, offline, that a bundle's filing was erased by a logged decision. No database, no network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence import manifest as manifests
from ipplatform.domain.evidence.bundle.reader import Bundle
from ipplatform.domain.evidence.formats import canonical, checkpoint, merkle, proof
from ipplatform.domain.evidence.report import Check, Refuted


def checks(bundle: Bundle, signed: bytes, head: checkpoint.Checkpoint, leaf: leaves.Leaf) -> Iterator[Check]:
    """One check when the bundle has an erase entry. Raises Refuted, or the errors of the formats."""
    if "erasure/entry.json" not in bundle.names:
        return
    entry = bundle.read("erasure/entry.json")
    proved = proof.parse(bundle.read("erasure/entry.tlog-proof"))
    if proved.checkpoint != signed:
        raise Refuted("the erase entry is proved against another checkpoint")
    merkle.verify_inclusion(merkle.leaf_hash(entry), proved.index, head.size, proved.path, head.root)
    fields = _opened(bundle, leaves.parse(entry))
    if leaf.commitment not in [item.get("commitment") for item in fields.get("erased", []) if isinstance(item, dict)]:
        raise Refuted("the erase entry is about another filing")
    text = f"the content was erased under request {fields.get('request')} ({fields.get('ground')}), as entry {proved.index} says"
    yield Check(True, "erasure", text)


def _opened(bundle: Bundle, leaf: leaves.Leaf) -> dict[str, Any]:
    data, salt = bundle.read("erasure/manifest.json"), bundle.read("erasure/salt.hex")
    try:
        key = bytes.fromhex(salt.decode("ascii"))
    except ValueError as error:
        raise Refuted("erasure/salt.hex is not hexadecimal") from error
    if leaf.kind != "erase" or manifests.commit(key, data).hex() != leaf.commitment:
        raise Refuted("manifest and salt of the erasure do not give the commitment in an erase entry")
    value = canonical.loads(data)
    if not isinstance(value, dict) or not isinstance(value.get("fields"), dict):
        raise Refuted("erasure/manifest.json is not a manifest")
    fields: dict[str, Any] = value["fields"]
    return fields
