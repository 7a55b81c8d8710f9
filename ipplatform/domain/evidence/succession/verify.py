"""Checks of the parts of a bundle about logs that ended."""

from __future__ import annotations

from collections.abc import Iterator

from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence import manifest as manifests
from ipplatform.domain.evidence.bundle.reader import Bundle
from ipplatform.domain.evidence.formats import canonical, checkpoint, merkle, note, policy, proof
from ipplatform.domain.evidence.report import Check, Refuted, to_compare


def checks(bundle: Bundle, signed: bytes, trusted: policy.Policy | None) -> Iterator[Check]:
    """`signed` is the checkpoint of the bundle. Raises Refuted or an error of the formats at the first false part."""
    entry = leaves.parse(bundle.read("log/entry.json"))
    for name in bundle.names:
        if name.startswith("former/") and name.endswith("-entry.json"):
            yield from _ended(bundle, name.removesuffix("-entry.json"), entry, signed, trusted)


def _ended(
    bundle: Bundle, name: str, entry: leaves.Leaf, signed: bytes, trusted: policy.Policy | None
) -> Iterator[Check]:
    data = bundle.read(f"{name}-entry.json")
    old = leaves.parse(data)
    if (old.commitment, old.kind, old.time) != (entry.commitment, entry.kind, entry.time):
        raise Refuted(f"{name}-entry.json commits to another filing than log/entry.json")
    proved = proof.parse(bundle.read(f"{name}-entry.tlog-proof"))
    head = checkpoint.parse(note.parse(proved.checkpoint).text)
    if old.schema != leaves.schema_of(head.origin):
        raise Refuted(f"{name}-entry.json is of another log than its checkpoint")
    merkle.verify_inclusion(merkle.leaf_hash(data), proved.index, head.size, proved.path, head.root)
    yield from _signed(bundle, name, head, proved.checkpoint, trusted)
    successor = _anchored(bundle, name, proved.checkpoint, signed, trusted)
    yield Check(
        True,
        "former log",
        f"the same filing was entry number {proved.index} in {head.origin} (numbers begin at 0; {head.size} in all), which ended; "
        f"entry 0 of {successor} commits to that final head",
    )


def _signed(
    bundle: Bundle, name: str, head: checkpoint.Checkpoint, signed: bytes, trusted: policy.Policy | None
) -> Iterator[Check]:
    known, own = _keys(bundle, name, head, trusted)
    note.verify_all(note.parse(signed), known or own)
    if not known:
        yield Check(None, "former log", to_compare(own, "the bundle itself", "one you trust"))


def _keys(
    bundle: Bundle, name: str, head: checkpoint.Checkpoint, trusted: policy.Policy | None
) -> tuple[list[note.VerifierKey], list[note.VerifierKey]]:
    """Of the log that ended with `head`: the keys that are trusted already, and those that the bundle names."""
    known = [key for key in trusted.logs if key.name == head.origin] if trusted else []
    return known, [key for key in _policy(bundle, f"{name}-policy.txt").logs if key.name == head.origin]


def _anchored(bundle: Bundle, name: str, final: bytes, signed: bytes, trusted: policy.Policy | None) -> str:
    """The origin of the log whose entry 0 commits to the final head. One that ended too is followed to the present one."""
    data, manifest = bundle.read(f"{name}-anchor.json"), bundle.read(f"{name}-manifest.json")
    salt = _salt(bundle.read(f"{name}-salt.hex"))
    anchor, said = leaves.parse(data), canonical.loads(manifest)
    if anchor.kind != "anchor" or manifests.commit(salt, manifest).hex() != anchor.commitment:
        raise Refuted(f"{name}-manifest.json is not what {name}-anchor.json commits to")
    if not isinstance(said, dict) or (said.get("fields") or {}).get("checkpoint") != final.decode():
        raise Refuted(f"{name}-manifest.json names another final head")
    proved = proof.parse(bundle.read(f"{name}-anchor.tlog-proof"))
    head = checkpoint.parse(note.parse(proved.checkpoint).text)
    if proved.index != 0 or anchor.schema != leaves.schema_of(head.origin):
        raise Refuted(f"{name}-anchor.json is not entry 0 of {head.origin}")
    merkle.verify_inclusion(merkle.leaf_hash(data), 0, head.size, proved.path, head.root)
    if proved.checkpoint == signed:
        return "the present log"
    number = name.removeprefix("former/")
    following = f"former/{int(number) + 1:03d}" if number.isdecimal() else ""
    if f"{following}-anchor.json" not in bundle.names:
        raise Refuted(
            f"{name}-anchor.json is entry 0 of {head.origin}, and nothing leads from there to the present log"
        )
    known, own = _keys(bundle, following, head, trusted)
    note.verify_all(note.parse(proved.checkpoint), known or own)
    _anchored(bundle, following, proved.checkpoint, signed, trusted)
    return head.origin


def _policy(bundle: Bundle, name: str) -> policy.Policy:
    try:
        return policy.parse(bundle.read(name).decode())
    except (policy.PolicyError, UnicodeDecodeError) as error:
        raise Refuted(f"{name}: {error}") from error


def _salt(data: bytes) -> bytes:
    try:
        return bytes.fromhex(data.decode("ascii"))
    except ValueError as error:
        raise Refuted("a salt is not hexadecimal") from error
