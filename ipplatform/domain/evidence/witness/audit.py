"""Re-verifies every stored cosignature and quorum, and what we hold as a witness of others. It never repairs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import select

from ipplatform.domain.evidence.audit.findings import Finding, shown
from ipplatform.domain.evidence.audit.rows import is_moment, raw_text, text_of
from ipplatform.domain.evidence.formats import checkpoint as checkpoints
from ipplatform.domain.evidence.formats import equivocation, note
from ipplatform.domain.evidence.formats import policy as policies
from ipplatform.domain.evidence.models import LogCheckpoint
from ipplatform.domain.evidence.witness import answers, policy, trusted
from ipplatform.domain.evidence.witness import equivocation as caught
from ipplatform.domain.evidence.witness.models import (
    Cosignature,
    DemandedPolicy,
    EquivocationProof,
    Quorum,
    WitnessedLog,
)
from ipplatform.foundation.db import db

BATCH: dict[str, Any] = {"execution_options": {"yield_per": 500}}


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
    texts = db.session.scalars(select(*_raw(DemandedPolicy, "text")).select_from(DemandedPolicy))
    parsed = [item for item in (_parsed(text_of(text)) for text in texts) if item is not None]
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


def _raw(model: Any, *names: str) -> list[Any]:
    """Texts and times undecoded: a damaged one must not end the audit."""
    return [raw_text(getattr(model, name).expression).label(name) for name in names]


def _cosignatures(known: dict[str, list[note.VerifierKey]]) -> Iterator[Finding]:
    columns = (Cosignature.size, Cosignature.line, *_raw(Cosignature, "witness", "cosigned_at"), LogCheckpoint.note)
    statement = select(*columns).outerjoin(LogCheckpoint, LogCheckpoint.size == Cosignature.size)
    for size, line, witness, cosigned_at, signed in db.session.execute(statement.order_by(Cosignature.id), **BATCH):
        name, who = f"checkpoint {size}", text_of(witness)
        try:
            text = note.parse(bytes(signed or b"")).text
            opened = note.parse(text.encode() + b"\n" + bytes(line))
            whole = len(opened.signatures) == 1 and bool(note.verify(opened, known.get(who, ())))
            at = answers.moment_of(opened.signatures[0])
        except note.NoteError as error:
            yield Finding(name, f"cosignature of {who}", "a cosignature of this tree", str(error))
            continue
        if not whole:
            yield Finding(name, f"cosignature of {who}", "a cosignature of this tree", shown(bytes(line)))
        elif at is not None and not is_moment(text_of(cosigned_at), at):
            yield Finding(name, f"log_cosignature.cosigned_at of {who}", str(at), str(text_of(cosigned_at)))


def _quorums() -> Iterator[Finding]:
    columns = (Quorum.size, *_raw(Quorum, "witnesses"), *_raw(DemandedPolicy, "text", "digest"))
    statement = (
        select(*columns, *_raw(Cosignature, "witness"))
        .outerjoin(DemandedPolicy, DemandedPolicy.id == Quorum.policy_id)
        .outerjoin(Cosignature, Cosignature.size == Quorum.size)
        .order_by(Quorum.size, Cosignature.id)
    )
    found = db.session.execute(statement, **BATCH)
    for (size, *texts), lines in groupby(found, key=itemgetter(0, 1, 2, 3)):
        witnesses, text, digest = (text_of(value) for value in texts)
        cosigned = {text_of(line[-1]) for line in lines if line[-1] is not None}
        yield from _quorum(f"checkpoint {size}", witnesses, text or "", digest, cosigned)


def _quorum(name: str, witnesses: str, text: str, digest: str | None, cosigned: set[str]) -> Iterator[Finding]:
    demanded, names = _parsed(text), set(witnesses.split(" "))
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        yield Finding(name, "log_policy.text or its digest", shown(digest), shown(text))
    if demanded is None or demanded.quorum is None:
        yield Finding(name, "log_policy.text", "a policy with a quorum", shown(text))
    elif not names <= cosigned or not demanded.is_met(names):
        expected = f"a quorum among: {' '.join(sorted(cosigned))}"
        yield Finding(name, "log_quorum.witnesses", expected, witnesses)


def _witnessed() -> Iterator[Finding]:
    columns = (*_raw(WitnessedLog, "origin"), WitnessedLog.size, WitnessedLog.root, WitnessedLog.checkpoint)
    for raw, size, root, checkpoint in db.session.execute(select(*columns).where(WitnessedLog.checkpoint != b"")):
        origin = text_of(raw)
        name, keys = f"witnessed log {origin}", trusted.keys_of(origin)
        try:
            opened = note.parse(bytes(checkpoint))
            head = checkpoints.parse(opened.text)
            signed = not keys or len(note.verify(opened, keys)) == len(opened.signatures) > 0
        except (note.NoteError, checkpoints.CheckpointError) as error:
            yield Finding(name, "witness_log.checkpoint", "a head signed by the log", str(error))
            continue
        if not signed or (head.origin, head.size, head.root) != (origin, size, bytes(root)):
            yield Finding(name, "witness_log", shown(opened.text), f"{origin} {size} {bytes(root).hex()}")


def _proofs() -> Iterator[Finding]:
    texts = _raw(EquivocationProof, "public_id", "origin", "digest")
    for raw in db.session.execute(select(*texts, EquivocationProof.size, EquivocationProof.proof)):
        number, origin, digest = (text_of(value) for value in raw[:3])
        name = f"equivocation {number}"
        try:
            found = equivocation.parse(bytes(raw.proof))
            proved = equivocation.prove(found, found.keys)
        except equivocation.EquivocationError as error:
            yield Finding(name, "witness_equivocation.proof", "a proof", str(error))
            continue
        wanted = {"origin": proved.origin, "size": proved.later.size, "digest": caught.digest_of(proved)}
        for column, held in (("origin", origin), ("size", raw.size), ("digest", digest)):
            if held != wanted[column]:
                yield Finding(name, f"witness_equivocation.{column}", shown(str(wanted[column])), shown(str(held)))
