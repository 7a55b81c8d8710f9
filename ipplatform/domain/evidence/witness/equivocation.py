"""What to do when a log shows this witness two histories: keep the proof, and say so where operators look."""

from __future__ import annotations

import hashlib

import structlog
from sqlalchemy import select

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.audit import services as trail
from ipplatform.domain.evidence.formats import equivocation as proofs
from ipplatform.domain.evidence.formats import note
from ipplatform.domain.evidence.witness import trusted
from ipplatform.domain.evidence.witness.models import EquivocationProof
from ipplatform.foundation import clock, events
from ipplatform.foundation.db import db
from ipplatform.foundation.ids import new_public_id

EVENT = "evidence.equivocation"
MOST_KEPT = 100
log = structlog.get_logger()


def record(origin: str, held: bytes, sent: bytes, path: tuple[bytes, ...]) -> EquivocationProof | None:
    """Keep the proof that `origin` signed both notes, if it is one; `path` is the consistency proof that was sent.

    The same pair is kept once, and of one log at most MOST_KEPT: one proves the case.
    """
    known = trusted.keys_of(origin)
    found = proofs.Equivocation(known, path, *_signed_only(held, sent, known))
    try:
        proved = proofs.prove(found, known)
    except proofs.EquivocationError:
        return None
    size = proved.later.size
    digest = digest_of(proved)
    if _kept(origin, digest):
        return None
    kept = EquivocationProof(
        public_id=new_public_id(), origin=origin, size=size, digest=digest, proof=found.data, found_at=clock.now()
    )
    db.session.add(kept)
    db.session.flush()
    _raise_alarm(kept)
    return kept


def digest_of(proved: proofs.Proved) -> str:
    """By which the same pair of heads is known again."""
    return hashlib.sha256(b"\n".join((proved.earlier.text.encode(), proved.later.text.encode()))).hexdigest()


def all_found() -> list[EquivocationProof]:
    """Newest first."""
    return list(db.session.scalars(select(EquivocationProof).order_by(EquivocationProof.id.desc()).limit(MOST_KEPT)))


def by_public_id(public_id: str) -> EquivocationProof | None:
    return db.session.scalars(select(EquivocationProof).where(EquivocationProof.public_id == public_id)).one_or_none()


def _kept(origin: str, digest: str) -> bool:
    digests = db.session.scalars(select(EquivocationProof.digest).where(EquivocationProof.origin == origin)).all()
    return digest in digests or len(digests) >= MOST_KEPT


def _signed_only(held: bytes, sent: bytes, known: tuple[note.VerifierKey, ...]) -> tuple[bytes, bytes]:
    """Both notes with the log's own signatures only: what strangers appended is no part of the proof."""
    names = {(key.name, key.key_id) for key in known}
    opened = [note.parse(data) for data in (held, sent)]
    first, second = (
        note.Note(item.text, tuple(line for line in item.signatures if (line.name, line.key_id) in names)).data
        for item in opened
    )
    return first, second


def _raise_alarm(kept: EquivocationProof) -> None:
    log.critical("a witnessed log signed two histories", origin=kept.origin, size=kept.size, proof=kept.public_id)
    trail.record(
        actor=SYSTEM,
        action="witness.equivocation",
        subject_kind="equivocation",
        subject=kept.public_id,
        origin=kept.origin,
        size=kept.size,
    )
    events.publish(EVENT, origin=kept.origin, size=kept.size, proof=kept.public_id)
