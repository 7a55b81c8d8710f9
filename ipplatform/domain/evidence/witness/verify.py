"""What a verifier concludes from the cosignatures on a checkpoint. Works without database and network."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ipplatform.domain.evidence.bundle.reader import Unusable
from ipplatform.domain.evidence.formats import cosignature, equivocation, note
from ipplatform.domain.evidence.formats.policy import Policy
from ipplatform.domain.evidence.formats.signing import ED25519
from ipplatform.domain.evidence.report import Check, Refuted, to_compare


def checks(signed: bytes, required: Policy) -> Iterator[Check]:
    """A line for each witness that cosigned, then whether they are enough.

    Raises Refuted for too few, and NoteError for a false cosignature of a key in the policy.
    """
    opened = note.parse(signed)
    names = {key: name for name, key in required.witnesses.items()}
    cosigned: set[str] = set()
    for key in note.verify(opened, names):
        cosigned.add(names[key])
        yield Check(True, "witness", f"{names[key]} saw this tree of the log and no other{_when(opened, key)}")
    if not required.is_met(cosigned):
        missing = ", ".join(sorted(set(required.witnesses) - cosigned))
        raise Refuted(f"too few witnesses signed the checkpoint for the quorum {required.quorum}; missing: {missing}")
    if required.quorum is not None:
        text = f"{required.quorum} is met; the log cannot have shown others another history without these witnesses"
        yield Check(True, "quorum", text)
        return
    yield Check(None, "witnesses", "the policy demands none; nobody but the log vouches that it never forked")


def _when(opened: note.Note, key: note.VerifierKey) -> str:
    """When the witness says it saw it. Raises Refuted for a cosignature without a time."""
    if key.algorithm == ED25519:
        return ""
    line = next(item for item in opened.signatures if (item.name, item.key_id) == (key.name, key.key_id))
    time = cosignature.split(line.signature)[0]
    if time == 0:
        raise Refuted(f"the cosignature of {key.name} states no time")
    try:
        return f", at {datetime.fromtimestamp(time, UTC):%Y-%m-%d %H:%M:%S} UTC by its own clock"
    except (ValueError, OverflowError, OSError) as error:
        raise Refuted(f"the cosignature of {key.name} states an impossible time") from error


def is_equivocation(file: Path) -> bool:
    """Whether the file says that it is a proof of equivocation. Raises OSError."""
    with open(file, "rb") as handle:
        return handle.read(len(equivocation.HEADER)) == equivocation.HEADER


def equivocation_checks(file: Path, trusted: Policy | None) -> Iterator[Check]:
    """What the proof shows. A proved equivocation refutes the log, so its last check fails.

    Raises Unusable for a file that proves nothing: that is no word against the log.
    """
    with open(file, "rb") as handle:
        data = handle.read(equivocation.LARGEST + 1)
    try:
        found = equivocation.parse(data)
        proved = equivocation.prove(found, found.keys if trusted is None else trusted.logs)
    except equivocation.EquivocationError as error:
        raise Unusable(str(error)) from error
    for head, keys in zip((proved.earlier, proved.later), proved.signers, strict=True):
        signers = ", ".join(f"{key.name}+{key.key_id.hex()}" for key in keys)
        root = base64.b64encode(head.root).decode()
        yield Check(True, "signature", f"{signers} signed the tree of {head.size} entries with root {root}")
    if trusted is None:
        yield Check(None, "trust", to_compare(found.keys, "the proof itself", "the log's"))
    yield Check(False, "equivocation", _verdict(proved))


def _verdict(proved: equivocation.Proved) -> str:
    if proved.earlier.size == proved.later.size:
        how = f"signed two different trees of {proved.earlier.size} entries"
    else:
        how = f"signed {proved.later.size} entries that do not begin with the {proved.earlier.size} it signed before"
    return f"the log {proved.origin} {how}; no honest log can, whatever else its operator says"
