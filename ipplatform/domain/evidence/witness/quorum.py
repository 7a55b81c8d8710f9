"""Which checkpoints enough witnesses cosigned, and the bytes that say so."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import func, select

from ipplatform.domain.evidence import keys
from ipplatform.domain.evidence.models import LogCheckpoint
from ipplatform.domain.evidence.witness import policy
from ipplatform.domain.evidence.witness.models import Cosignature, DemandedPolicy, Quorum
from ipplatform.foundation import clock
from ipplatform.foundation.db import db


def note_when_met(size: int) -> None:
    """Keep which cosignatures met the quorum, once it is met: what comes later changes no bundle."""
    found = policy.configured()
    if found is None or found.quorum is None or db.session.get(Quorum, size) is not None:
        return
    names = [name for name, _ in lines_of(size) if name in found.witnesses]
    if not found.is_met(set(names)):
        return
    row = Quorum(size=size, policy_id=_policy_id(size), witnesses=" ".join(names), met_at=clock.now())
    db.session.add(row)
    db.session.flush()


def _policy_id(size: int) -> int:
    text = keys.policy(size).text
    digest = hashlib.sha256(text.encode()).hexdigest()
    found = db.session.scalars(select(DemandedPolicy).where(DemandedPolicy.digest == digest)).one_or_none()
    if found is None:
        found = DemandedPolicy(digest=digest, text=text)
        db.session.add(found)
        db.session.flush()
    return found.id


def lines_of(size: int) -> list[tuple[str, bytes]]:
    """Witness and signature line on the checkpoint of `size`, in the order they came."""
    statement = select(Cosignature.witness, Cosignature.line).where(Cosignature.size == size).order_by(Cosignature.id)
    return [(name, bytes(line)) for name, line in db.session.execute(statement)]


def with_lines(signed: bytes, lines: Iterable[bytes]) -> bytes:
    """The note with further signature lines; one that it has already is not repeated."""
    return signed + b"".join(line for line in lines if line not in signed)


def is_published_form(found: bytes, latest: LogCheckpoint) -> bool:
    """Whether the published bytes are the checkpoint's, with no more than stored cosignatures after them."""
    signed, size = bytes(latest.note), latest.size
    if found == signed:
        return True
    added = found.removeprefix(signed).splitlines(keepends=True)
    stored = db.session.scalars(select(Cosignature.line).where(Cosignature.size == size))
    return found.startswith(signed) and set(added) <= {bytes(line) for line in stored}


def covered_size() -> int | None:
    """Leaves below this are under a checkpoint that met its quorum; None when none ever did."""
    return db.session.scalar(select(func.max(Quorum.size)))


def mark(leaf_index: int | None, covered: int | None) -> bool | None:
    """The record's mark `witness`: None while no quorum is demanded and none was met."""
    if covered is None and not demanded():
        return None
    return leaf_index is not None and leaf_index < (covered or 0)


def demanded() -> bool:
    found = policy.configured()
    return found is not None and found.quorum is not None
