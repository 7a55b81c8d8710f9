"""Proofs that stay the same: against the first published checkpoint that has all that is to be proved."""

from __future__ import annotations

from sqlalchemy import select

from ipplatform.domain.evidence import queries
from ipplatform.domain.evidence.formats import merkle
from ipplatform.domain.evidence.formats.proof import ProofFile
from ipplatform.domain.evidence.models import LogCheckpoint, Record
from ipplatform.foundation.db import db
from ipplatform.foundation.i18n import _l

AWAITING = _l("This filing is recorded and awaits inclusion in the log. Its evidence is ready in a moment.")


def covering(records: list[Record]) -> LogCheckpoint | None:
    """The first published checkpoint with all of `records`, so that the same evidence gives the same bytes."""
    indexes = [record.leaf_index for record in records if record.leaf_index is not None]
    if len(indexes) != len(records):
        return None
    larger = select(LogCheckpoint).where(LogCheckpoint.size > max(indexes))
    return db.session.scalars(larger.order_by(LogCheckpoint.size).limit(1)).one_or_none()


def proof(record: Record, checkpoint: LogCheckpoint) -> ProofFile:
    assert record.leaf_index is not None
    node = queries.node_reader(record.leaf_index, checkpoint.size)
    path = merkle.inclusion_proof(record.leaf_index, checkpoint.size, node)
    return ProofFile(record.leaf_index, tuple(path), bytes(checkpoint.note))
