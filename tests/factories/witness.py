"""A log of somebody else, small enough to hold in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ipplatform.domain.evidence.formats import merkle, note
from ipplatform.domain.evidence.formats.checkpoint import Checkpoint
from ipplatform.domain.evidence.formats.signing import ED25519, MLDSA44, SoftKey
from ipplatform.domain.evidence.formats.submission import Submission


@dataclass
class ForeignLog:
    """Entries and two keys. `fork` is a second history by the same keys that parts after `shared` entries."""

    origin: str = "other.example/log"
    entries: list[bytes] = field(default_factory=lambda: [b"entry %d" % number for number in range(300)])
    keys: list[SoftKey] = field(default_factory=lambda: [SoftKey.generate(ED25519), SoftKey.generate(MLDSA44)])

    @property
    def vkeys(self) -> list[note.VerifierKey]:
        return [note.verifier_of(self.origin, key) for key in self.keys]

    def fork(self, shared: int) -> ForeignLog:
        changed = [b"forged %d" % number for number in range(shared, len(self.entries))]
        return ForeignLog(self.origin, self.entries[:shared] + changed, self.keys)

    def checkpoint(self, size: int) -> bytes:
        head = Checkpoint(self.origin, size, merkle.root(size, self.node))
        signatures = tuple(note.sign(head.text, self.origin, key, time=1_700_000_000) for key in self.keys)
        return note.Note(head.text, signatures).data

    def proof(self, old: int, size: int) -> tuple[bytes, ...]:
        return tuple(merkle.consistency_proof(old, size, self.node)) if 0 < old < size else ()

    def submission(self, old: int, size: int) -> bytes:
        return Submission(old, self.proof(old, size), self.checkpoint(size)).data

    def node(self, level: int, index: int) -> bytes:
        return merkle.fold([merkle.leaf_hash(item) for item in self.entries[index << level : (index + 1) << level]])

    def trusted_in(self, file: Path) -> None:
        file.write_text("".join(f"log {key.vkey} https://{self.origin}\n" for key in self.vkeys))
