"""What independent time adds to a bundle: files under time/, and the facts in its README. In English, as the rest."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from ipplatform.domain.evidence import queries as log_queries
from ipplatform.domain.evidence.formats import merkle
from ipplatform.domain.evidence.formats.proof import ProofFile
from ipplatform.domain.evidence.manifest import timestamp
from ipplatform.domain.evidence.time import chain, queries, store
from ipplatform.domain.evidence.time.models import TimeAnchor
from ipplatform.domain.evidence.time.queries import Interval

FOLDER = "time/"
INSTRUCTIONS = """
Time stamps of independent authorities (RFC 3161)

   Each is verified at its own time, which the number after -attime is, in seconds
   since 1970 (openssl ts -reply -in time/NAME.tsr -text shows it as a date), with
   the certificates and revocation lists of that day. The stamped head contains the
   entry by time/entry.tlog-proof, as in step 4. A renewal is over that head and every
   earlier stamp. The root is the last certificate in the .pem: compare it with what
   the authority publishes, or give the script roots that you have from elsewhere:

    TSA_ROOTS=roots.pem sh verify.sh 'VKEY'
"""
CHECKPOINT, PROOF = "time/checkpoint.txt", "time/entry.tlog-proof"


class Stamps:
    """The stamps that a bundle about the leaf at `leaf_index` shows; as stored, so that damage shows in the verifier."""

    def __init__(self, leaf_index: int) -> None:
        self._leaf_index = leaf_index
        self._size = queries.stamped_size(leaf_index)
        rows = store.rows_over(self._size) if self._size else []
        self._rows = sorted(rows, key=lambda row: chain.place(row.renewal, row.authority))
        self._files = store.files_of(self._rows)

    @property
    def readme(self) -> str:
        return facts(self.interval)

    @cached_property
    def interval(self) -> Interval:
        return queries.interval(self._leaf_index) if self._size else Interval(None, None)

    @property
    def instructions(self) -> str:
        """Exact commands for every stamp; empty when there is none."""
        if not self._rows:
            return ""
        return INSTRUCTIONS + "".join(self._commands(row) for row in self._rows)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Name and bytes of each file in order; none when nobody has stamped a checkpoint with this leaf."""
        if self._size is None:
            return
        node = log_queries.node_reader(self._leaf_index, self._size)
        path = merkle.inclusion_proof(self._leaf_index, self._size, node)
        note = store.note_over(self._size)
        yield CHECKPOINT, note
        yield PROOF, ProofFile(self._leaf_index, tuple(path), note).data
        for row in self._rows:
            stem = FOLDER + chain.stem(row.renewal, row.authority)
            yield f"{stem}.tsr", bytes(row.response)
            yield f"{stem}.pem", self._files.get(row.chain, b"")
            if row.crls:
                yield f"{stem}.crl", self._files.get(row.crls, b"")

    def _commands(self, row: TimeAnchor) -> str:
        stem = FOLDER + chain.stem(row.renewal, row.authority)
        earlier = [item for item in self._rows if item.renewal < row.renewal]
        over = [CHECKPOINT, *(f"{FOLDER}{chain.stem(item.renewal, item.authority)}.tsr" for item in earlier)]
        revocation = " -crl_check_all" if row.crls else ""
        trusted = [f"{stem}.pem", *([f"{stem}.crl"] if row.crls else [])]
        return (
            f"\n    cat {' '.join(over)} > stamped\n    cat {' '.join(trusted)} > trusted.pem\n"
            f"    openssl ts -verify -data stamped -in {stem}.tsr -CAfile trusted.pem"
            f" -attime {int(row.gen_time.timestamp())}{revocation}\n"
        )


def facts(interval: Interval) -> str:
    """What the README says about time: the interval, or plainly that nobody else vouches for it."""
    if interval.not_after is None:
        return "No independent time-stamping authority has vouched for the time. It is the\nplatform's own statement."
    by = f"It was in the log by {timestamp(interval.not_after)} at the latest: so\n{', '.join(interval.names)} stamped."
    if interval.not_before is None:
        return f"{by} No stamp of the log before it exists."
    return (
        f"{by} When the log was\nstamped last before, at {timestamp(interval.not_before)}, the filing was not in it; "
        "that\nearlier stamp is kept by the platform."
    )
