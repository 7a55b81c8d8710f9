"""What a bundle holds of logs that ended: the record's entry there, with its proof in the final head.

`former/NNN-entry.json`, `-entry.tlog-proof` and `-policy.txt`; `-anchor.json`, `-anchor.tlog-proof`, `-manifest.json` and
`-salt.hex` show that leaf 0 of the log after it commits to that final head.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ipplatform.domain.evidence import queries
from ipplatform.domain.evidence.formats.proof import ProofFile
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.succession import queries as former


def files(record: Record, prove: Callable[[Record], ProofFile]) -> Iterator[tuple[str, bytes]]:
    """Names and contents in order. `prove` gives the proof of a record of the present log in the head that the bundle is about."""
    for log, entry in former.entries_of(record.id):
        name = f"former/{log.id:03d}"
        yield f"{name}-entry.json", bytes(entry.leaf)
        yield f"{name}-entry.tlog-proof", former.proof_of(log, entry.leaf_index).data
        yield f"{name}-policy.txt", log.policy.encode()
        anchor = queries.record_by_filing(log.anchor)
        if anchor is None or anchor.manifest is None or anchor.salt is None:
            raise LookupError(f"the record {log.anchor}, which anchors the log {log.origin}, is gone")
        yield f"{name}-anchor.json", bytes(anchor.leaf)
        yield f"{name}-anchor.tlog-proof", prove(anchor).data
        yield f"{name}-manifest.json", anchor.manifest
        yield f"{name}-salt.hex", anchor.salt.hex().encode()
