"""What a bundle holds of logs that ended: the record's entry there, with its proof in the final head.

`former/NNN-entry.json`, `-entry.tlog-proof` and `-policy.txt`; `-anchor.json`, `-anchor.tlog-proof`, `-manifest.json` and
`-salt.hex` show that leaf 0 of the log after it commits to that final head.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ipplatform.domain.evidence import queries
from ipplatform.domain.evidence.bundle import signed
from ipplatform.domain.evidence.formats import checkpoint, note, policy
from ipplatform.domain.evidence.formats.proof import ProofFile
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.succession import queries as former
from ipplatform.domain.evidence.succession.models import FormerLog

INSTRUCTIONS = """
The log {origin}, which ended

   The same filing stood in it: commitment, kind and time in {stem}-entry.json are those
   of log/entry.json. Its manifest and salt, below, give the commitment in
   {stem}-anchor.json, which is entry 0 of the present log and names the final head.

    cat {stem}-entry.json log/entry.json
    openssl dgst -sha256 -mac HMAC -macopt hexkey:$(cat {stem}-salt.hex) {stem}-manifest.json
    cat {stem}-anchor.json
    grep -c "$(sed '1,/^$/d' {stem}-entry.tlog-proof | sed -n 3p)" {stem}-manifest.json

   The final head is signed with every key in {stem}-policy.txt:

"""


def _of_log(log: FormerLog) -> str:
    stem = f"former/{log.id:03d}"
    head = checkpoint.parse(note.parse(bytes(log.checkpoint)).text)
    keys = policy.parse(log.policy).logs
    shown = INSTRUCTIONS.format(origin=log.origin, stem=stem)
    return shown + signed.split(f"{stem}-entry.tlog-proof") + "\n" + signed.commands(keys, head)


class Former:
    """What a bundle says and holds of the ended logs in which `record` stood; read in one statement."""

    def __init__(self, record: Record) -> None:
        self._entries = former.entries_of(record.id)

    @property
    def instructions(self) -> str:
        """Commands for every such log; empty when there is none."""
        return "".join(_of_log(log) for log, _entry in self._entries)

    def files(self, prove: Callable[[Record], ProofFile]) -> Iterator[tuple[str, bytes]]:
        """Names and contents in order. `prove` gives the proof of a record of the present log in the bundle's head."""
        for log, entry in self._entries:
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
