"""What a bundle holds of logs that ended: the record's entry there, with its proof in the final head.

`former/NNN-entry.json`, `-entry.tlog-proof` and `-policy.txt`; `-anchor.json`, `-anchor.tlog-proof`, `-manifest.json` and
`-salt.hex` show that leaf 0 of the log after it commits to that final head. Where that log ended as well, it follows under
the next number, though without an entry when the record never stood in it; so each leads to the present log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest

from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence import queries
from ipplatform.domain.evidence.bundle import signed
from ipplatform.domain.evidence.formats import checkpoint, note, policy
from ipplatform.domain.evidence.formats.proof import ProofFile
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.succession import queries as former
from ipplatform.domain.evidence.succession.models import FormerLog

INSTRUCTIONS = """
The log {origin}, which ended

{entry}   Its manifest and salt, below, give the commitment in {stem}-anchor.json,
   which is entry 0 of {successor} and names the final head.

    openssl dgst -sha256 -mac HMAC -macopt hexkey:$(cat {stem}-salt.hex) {stem}-manifest.json
    cat {stem}-anchor.json
    grep -c "$(sed '1,/^$/d' {proof} | sed -n 3p)" {stem}-manifest.json

   The final head is signed with every key in {stem}-policy.txt:

"""
ENTRY = """\
   The same filing stood in it: commitment, kind and time in {stem}-entry.json are those
   of log/entry.json.

    cat {stem}-entry.json log/entry.json

"""


def _stem(log: FormerLog) -> str:
    return f"former/{log.id:03d}"


class Former:
    """What a bundle says and holds of the ended logs in which `record` stood, and of those after them."""

    def __init__(self, record: Record) -> None:
        self._entries = {log.id: entry for log, entry in former.entries_of(record.id)}
        self._logs = former.since(min(self._entries)) if self._entries else []

    @property
    def instructions(self) -> str:
        """Commands for every such log; empty when there is none."""
        return "".join(self._of_log(log, successor) for log, successor in self._pairs())

    def _pairs(self) -> Iterator[tuple[FormerLog, FormerLog | None]]:
        """Each log with the one after it, None for the present one."""
        return zip_longest(self._logs, self._logs[1:])

    def _of_log(self, log: FormerLog, successor: FormerLog | None) -> str:
        stem, origin = _stem(log), successor.origin if successor else "the present log"
        head = checkpoint.parse(note.parse(bytes(log.checkpoint)).text)
        stood = log.id in self._entries
        proof = f"{stem}-entry.tlog-proof" if stood else f"former/{log.id - 1:03d}-anchor.tlog-proof"
        entry = ENTRY.format(stem=stem) if stood else ""
        shown = INSTRUCTIONS.format(origin=log.origin, stem=stem, entry=entry, successor=origin, proof=proof)
        return shown + signed.split(proof) + "\n" + signed.commands(policy.parse(log.policy).logs, head)

    def files(self, prove: Callable[[Record], ProofFile]) -> Iterator[tuple[str, bytes]]:
        """Names and contents in order. `prove` gives the proof of a record of the present log in the bundle's head."""
        for log, successor in self._pairs():
            name, entry = _stem(log), self._entries.get(log.id)
            if entry is not None:
                yield f"{name}-entry.json", bytes(entry.leaf)
                yield f"{name}-entry.tlog-proof", former.proof_of(log, entry.leaf_index).data
            yield f"{name}-policy.txt", log.policy.encode()
            anchor = queries.record_by_filing(log.anchor)
            if anchor is None or anchor.manifest is None or anchor.salt is None:
                raise LookupError(f"the record {log.anchor}, which anchors the log {log.origin}, is gone")
            if successor is None:
                yield f"{name}-anchor.json", bytes(anchor.leaf)
                yield f"{name}-anchor.tlog-proof", prove(anchor).data
            else:
                yield f"{name}-anchor.json", leaves.under(successor.origin, bytes(anchor.leaf))
                yield f"{name}-anchor.tlog-proof", former.proof_of(successor, 0).data
            yield f"{name}-manifest.json", anchor.manifest
            yield f"{name}-salt.hex", anchor.salt.hex().encode()
