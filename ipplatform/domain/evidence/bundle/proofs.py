"""Proofs that stay the same: against the first published checkpoint that has all that is to be proved."""

from __future__ import annotations

from ipplatform.domain.evidence import queries
from ipplatform.domain.evidence.formats import merkle
from ipplatform.domain.evidence.formats.proof import ProofFile
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.witness.bundle import Head, head_above
from ipplatform.foundation.i18n import _l

AWAITING = _l("This filing is recorded and awaits inclusion in the log. Its evidence is ready in a moment.")


def covering(records: list[Record]) -> Head | None:
    """The first published checkpoint with all of `records`, so that the same evidence gives the same bytes.

    One whose quorum of witnesses was met comes before one whose was not.
    """
    indexes = [record.leaf_index for record in records if record.leaf_index is not None]
    return head_above(max(indexes)) if len(indexes) == len(records) else None


def proof(record: Record, head: Head) -> ProofFile:
    assert record.leaf_index is not None
    node = queries.node_reader(record.leaf_index, head.size)
    path = merkle.inclusion_proof(record.leaf_index, head.size, node)
    return ProofFile(record.leaf_index, tuple(path), head.note)
