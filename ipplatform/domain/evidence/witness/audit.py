"""Re-verifies every stored cosignature and quorum, and what we hold as a witness of others. It never repairs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from sqlalchemy import select

from ipplatform.domain.evidence.audit.findings import Finding, shown
from ipplatform.domain.evidence.formats import checkpoint as checkpoints
from ipplatform.domain.evidence.formats import equivocation, note
from ipplatform.domain.evidence.formats import policy as policies
from ipplatform.domain.evidence.models import LogCheckpoint
from ipplatform.domain.evidence.witness import answers, policy, trusted
from ipplatform.domain.evidence.witness.models import (
    Cosignature,
    DemandedPolicy,
    EquivocationProof,
    Quorum,
    WitnessedLog,
)
from ipplatform.foundation.db import db

BATCH = {"yield_per": 500}


def findings() -> Iterator[Finding]:
    """Everything that does not verify; nothing when all is whole."""
    known = _known_keys()
    yield from _cosignatures(known)
    yield from _quorums()
    yield from _witnessed()
    yield from _proofs()


def quorum_sizes() -> list[int]:
    """The sizes of the checkpoints whose quorum was met, in order."""
    return list(db.session.scalars(select(Quorum.size).order_by(Quorum.size)))


def _known_keys() -> dict[str, list[note.VerifierKey]]:
    """Keys by the witness's name: of today's policy and of every policy a quorum was met under."""
    found: dict[str, list[note.VerifierKey]] = {}
    texts = [row.text for row in db.session.scalars(select(DemandedPolicy))]
    parsed = [item for item in (_parsed(text) for text in texts) if item is not None]
    configured = policy.configured()
    for item in (*parsed, *([configured] if configured else [])):
        for name, key in item.witnesses.items():
            found.setdefault(name, []).append(key)
    return found


def _parsed(text: str) -> policies.Policy | None:
    try:
        return policies.parse(text)
    except policies.PolicyError:
        return None


def _cosignatures(known: dict[str, list[note.VerifierKey]]) -> Iterator[Finding]:
    statement = select(Cosignature, LogCheckpoint.note).join(LogCheckpoint, LogCheckpoint.size == Cosignature.size)
    for row, signed in db.session.execute(statement.order_by(Cosignature.id), execution_options=BATCH):
        name = f"checkpoint {row.size}"
        try:
            text = note.parse(bytes(signed)).text
            opened = note.parse(text.encode() + b"\n" + bytes(row.line))
            whole = len(opened.signatures) == 1 and bool(note.verify(opened, known.get(row.witness, ())))
            at = answers.moment_of(opened.signatures[0])
        except note.NoteError as error:
            yield Finding(name, f"cosignature of {row.witness}", "a cosignature of this tree", str(error))
            continue
        if not whole:
            yield Finding(name, f"cosignature of {row.witness}", "a cosignature of this tree", shown(bytes(row.line)))
        elif at != row.cosigned_at:
            yield Finding(name, f"log_cosignature.cosigned_at of {row.witness}", str(at), str(row.cosigned_at))


def _quorums() -> Iterator[Finding]:
    statement = (
        select(Quorum, DemandedPolicy.text, Cosignature.witness)
        .join(DemandedPolicy, DemandedPolicy.id == Quorum.policy_id)
        .outerjoin(Cosignature, Cosignature.size == Quorum.size)
        .order_by(Quorum.size, Cosignature.id)
    )
    found = db.session.execute(statement, execution_options=BATCH)
    for (row, text), lines in groupby(found, key=itemgetter(0, 1)):
        yield from _quorum(row, text, {witness for _, _, witness in lines if witness})


def _quorum(row: Quorum, text: str, cosigned: set[str]) -> Iterator[Finding]:
    name, demanded, names = f"checkpoint {row.size}", _parsed(text), set(row.witnesses.split())
    if demanded is None or demanded.quorum is None:
        yield Finding(name, "log_policy.text", "a policy with a quorum", shown(text))
    elif not names <= cosigned or not demanded.is_met(names):
        expected = f"a quorum among: {' '.join(sorted(cosigned))}"
        yield Finding(name, "log_quorum.witnesses", expected, row.witnesses)


def _witnessed() -> Iterator[Finding]:
    for row in db.session.scalars(select(WitnessedLog).where(WitnessedLog.size > 0)):
        keys = trusted.keys_of(row.origin)
        if not keys:
            continue
        name = f"witnessed log {row.origin}"
        try:
            opened = note.parse(bytes(row.checkpoint))
            head = checkpoints.parse(opened.text)
            signed = note.verify(opened, keys)
        except (note.NoteError, checkpoints.CheckpointError) as error:
            yield Finding(name, "witness_log.checkpoint", "a head signed by the log", str(error))
            continue
        if not signed or (head.origin, head.size, head.root) != (row.origin, row.size, bytes(row.root)):
            found = f"{row.origin} {row.size} {bytes(row.root).hex()}"
            yield Finding(name, "witness_log", shown(opened.text), found)


def _proofs() -> Iterator[Finding]:
    for row in db.session.scalars(select(EquivocationProof)):
        try:
            found = equivocation.parse(bytes(row.proof))
            equivocation.prove(found, found.keys)
        except equivocation.EquivocationError as error:
            yield Finding(f"equivocation {row.public_id}", "witness_equivocation.proof", "a proof", str(error))
