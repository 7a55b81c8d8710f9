"""Verifies a bundle offline: no database, no network, no key but those the caller trusts. EVIDENCE.md section 3."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence import manifest as manifests
from ipplatform.domain.evidence.bundle.reader import Bundle, Unusable
from ipplatform.domain.evidence.erasure import verify as erasure
from ipplatform.domain.evidence.formats import canonical, checkpoint, merkle, note, policy, proof
from ipplatform.domain.evidence.holder import verify as holder
from ipplatform.domain.evidence.report import Check, Refuted, to_compare
from ipplatform.domain.evidence.succession import verify as former
from ipplatform.domain.evidence.time import verify as time_checks
from ipplatform.domain.evidence.witness import verify as witnesses

VERIFIED, REFUTED, UNUSABLE = 0, 1, 2
FORMAT_ERRORS = (
    canonical.CanonicalError,
    leaves.LeafError,
    merkle.ProofError,
    note.NoteError,
    checkpoint.CheckpointError,
    proof.ProofFileError,
)


def verify(bundle: Bundle, trusted: policy.Policy | None, authority_roots: bytes | None = None) -> Iterator[Check]:
    """The checks in order, ending with the first that fails. Raises Unusable when a file needed is missing.

    `authority_roots`: certificates in PEM of time-stamping authorities' roots, when the caller has them from elsewhere.
    """
    name = "files"
    try:
        yield Check(True, "files", files(bundle))
        yield from _skipped(bundle)
        name = "manifest"
        leaf = leaves.parse(bundle.read("log/entry.json"))
        yield from filing(bundle, leaf)
        name = "signature"
        required = trusted or _own_policy(bundle)
        proved = proof.parse(bundle.read("log/entry.tlog-proof"))
        yield Check(True, name, signatures(proved.checkpoint, required))
        name = "witnesses"
        yield from witnesses.checks(proved.checkpoint, required)
        name = "inclusion"
        head = checkpoint.parse(note.parse(proved.checkpoint).text)
        yield Check(True, name, inclusion(bundle.read("log/entry.json"), proved, head, leaf))
        name = "history"
        yield from history(bundle, proved.checkpoint, head)
        name = "erasure"
        yield from erasure.checks(bundle, proved.checkpoint, head, leaf)
        name = "former log"
        yield from former.checks(bundle, proved.checkpoint, trusted)
        name = "time"
        yield from time_checks.checks(bundle, authority_roots)
    except (Refuted, *FORMAT_ERRORS) as error:
        yield Check(False, name, str(error))
        return
    yield from _remarks(bundle, trusted, required)


def outcome(checks: Sequence[Check]) -> int:
    return REFUTED if any(check.passed is False for check in checks) else VERIFIED


def files(bundle: Bundle) -> str:
    """Every file is listed in both lists with its digest, and every listed file is there."""
    found = {name: _digests(bundle, name) for name in bundle.names if name not in ("SHA256SUMS", "SHA512SUMS")}
    for listing, place in (("SHA256SUMS", 0), ("SHA512SUMS", 1)):
        listed = _sums(bundle.read(listing))
        if unlisted := set(found) - set(listed):
            raise Refuted(f"{listing} does not list the files that are here: {_some(unlisted)}")
        if absent := set(listed) - set(found):
            raise Refuted(f"{listing} lists files that are not here: {_some(absent)}")
        for name, digests in found.items():
            if digests[place] != listed[name]:
                raise Refuted(f"{name} is not the file that {listing} lists")
    return f"{len(found)} files are what SHA256SUMS and SHA512SUMS say; nothing was damaged on the way"


def _skipped(bundle: Bundle) -> Iterator[Check]:
    """Only a remark: these are no part of a bundle. Each is named, since whoever packed it again could have put one in."""
    if bundle.skipped:
        names = ", ".join(bundle.skipped)
        yield Check(
            None, "files", f"not looked at, since they are named as a Mac names what it adds when it packs: {names}"
        )


def filing(bundle: Bundle, leaf: leaves.Leaf) -> Iterator[Check]:
    if "filing/manifest.json" not in bundle.names:
        if any(name.startswith("filing/submitter.") for name in bundle.names):
            raise Refuted("the holder's signatures are here without the manifest that they sign")
        yield Check(None, "filing", "left out of this public bundle; the commitment is shown, not opened")
        return
    data = bundle.read("filing/manifest.json")
    manifest = canonical.loads(data)
    yield Check(True, "manifest", manifest_says(manifest, leaf))
    yield from documents(bundle, manifest)
    yield Check(True, "commitment", commitment(data, bundle.read("filing/salt.hex"), leaf))
    yield from holders(bundle, data)


def manifest_says(manifest: Any, leaf: leaves.Leaf) -> str:
    if not isinstance(manifest, dict) or not isinstance(manifest.get("documents"), list):
        raise Refuted("filing/manifest.json is not a manifest")
    schema, origin = str(manifest.get("schema")), leaf.schema.removesuffix("/leaf/v1")
    if not schema.endswith("/manifest/v1"):
        raise Refuted("filing/manifest.json is not a manifest")
    said = f"filing {manifest.get('filing')} ({manifest.get('kind')}), submitted {manifest.get('submitted_at')}"
    # What binds the manifest to its entry is the commitment; a filing made before its log ended names that log.
    return said if schema == manifests.schema_of(origin) else f"{said} to the log {schema.removesuffix('/manifest/v1')}"


def documents(bundle: Bundle, manifest: dict[str, Any]) -> Iterator[Check]:
    wanted = [entry for entry in manifest["documents"] if isinstance(entry, dict)]
    fixed = {"filing/manifest.json", "filing/salt.hex"}
    for name in bundle.names:
        if not name.startswith("filing/") or name in fixed or name.startswith("filing/submitter."):
            continue
        sha256, sha512 = _digests(bundle, name)
        size = bundle.size(name)
        entry = next((item for item in wanted if item.get("sha256") == sha256), None)
        if entry is None or (entry.get("sha512"), entry.get("size")) != (sha512, size):
            raise Refuted(f"{name} is none of the documents that the manifest lists")
        wanted.remove(entry)
        yield Check(True, "document", f"{name} is byte for byte the {entry.get('role')} that was filed")
    for entry in wanted:
        yield Check(None, "document", f"{entry.get('name')} is listed in the manifest but not in this bundle")


def commitment(manifest: bytes, salt: bytes, leaf: leaves.Leaf) -> str:
    try:
        key = bytes.fromhex(salt.decode("ascii"))
    except ValueError as error:
        raise Refuted("filing/salt.hex is not hexadecimal") from error
    if len(key) != manifests.SALT_SIZE or manifests.commit(key, manifest).hex() != leaf.commitment:
        raise Refuted("manifest and salt do not give the commitment in the log entry")
    return "manifest and salt give the commitment in the log entry; the entry stands for this filing and no other"


def holders(bundle: Bundle, manifest: bytes) -> Iterator[Check]:
    """The holder's own signatures; without any, only a remark, since nobody has to sign."""
    try:
        for found in holder.checks(bundle, manifest):
            absent = "none in this bundle; nobody has to sign, and whoever passed it on could have left some out"
            yield Check(None, "holder", absent) if found is None else Check(True, "holder", found)
    except holder.Untrue as error:
        raise Refuted(str(error)) from error


def inclusion(entry: bytes, proved: proof.ProofFile, head: checkpoint.Checkpoint, leaf: leaves.Leaf) -> str:
    if leaf.schema != leaves.schema_of(head.origin):
        raise Refuted("the entry is of another log than the checkpoint")
    merkle.verify_inclusion(merkle.leaf_hash(entry), proved.index, head.size, proved.path, head.root)
    return (
        f"the entry is number {proved.index} in {head.origin} (numbers begin at 0; {head.size} in all); "
        "it cannot be changed or taken out"
    )


def signatures(signed: bytes, required: policy.Policy) -> str:
    opened = note.parse(signed)
    head = checkpoint.parse(opened.text)
    demanded = [key for key in required.logs if key.name == head.origin]
    if not demanded:
        raise Refuted(f"the checkpoint is of {head.origin}, which the policy does not know")
    note.verify_all(opened, demanded)
    names = ", ".join(f"{key.name}+{key.key_id.hex()}" for key in demanded)
    those = "those keys" if len(demanded) > 1 else "that key"
    return f"{names} signed the tree of {head.size} entries; only the holder of {those} could"


def history(bundle: Bundle, signed: bytes, head: checkpoint.Checkpoint) -> Iterator[Check]:
    for name in bundle.names:
        if not name.startswith("history/") or not name.endswith(".json"):
            continue
        entry = bundle.read(name)
        proved = proof.parse(bundle.read(name.removesuffix(".json") + ".tlog-proof"))
        if proved.checkpoint != signed:
            raise Refuted(f"{name} is proved against another checkpoint")
        inclusion(entry, proved, head, leaves.parse(entry))
        yield Check(True, "history", f"{name} is in the same tree; another filing about the same asset")


def _own_policy(bundle: Bundle) -> policy.Policy:
    try:
        return policy.parse(bundle.read("log/policy.txt").decode("utf-8"))
    except (policy.PolicyError, UnicodeDecodeError) as error:
        raise Unusable(f"log/policy.txt: {error}") from error


def _remarks(bundle: Bundle, trusted: policy.Policy | None, used: policy.Policy) -> Iterator[Check]:
    if trusted is None:
        yield Check(None, "trust", to_compare(used.logs, "the bundle itself", "one you trust"))


def _digests(bundle: Bundle, name: str) -> tuple[str, str]:
    short, long = hashlib.sha256(), hashlib.sha512()
    for chunk in bundle.chunks(name):
        short.update(chunk)
        long.update(chunk)
    return short.hexdigest(), long.hexdigest()


def _sums(data: bytes) -> dict[str, str]:
    listed: dict[str, str] = {}
    try:
        lines = data.decode("ascii").removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise Refuted("a list of digests is not ASCII") from error
    for line in lines:
        digest, separator, name = line.partition("  ")
        if not separator or name in listed:
            raise Refuted("a list of digests is malformed")
        listed[name] = digest
    return listed


def _some(names: set[str]) -> str:
    return ", ".join(sorted(names)[:3])
