"""What forgers make of evidence, each with the stage at which any sound verifier must refuse it.

A tampering changes a copy of the folder that `evidence` describes; `stolen` are the log's private keys, Ed25519 first.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ipplatform.domain.evidence.formats import checkpoint, note
from ipplatform.domain.evidence.formats.signing import SigningKey

CHECKPOINT, INCLUSION, LOG = "checkpoint", "inclusion", "log"
HEAD = "log/checkpoint"
PROOF = "bundle/log/entry.tlog-proof"

Tamper = Callable[[Path, Sequence[SigningKey]], None]


def signature(line: int, place: int) -> Tamper:
    """One bit of the byte at `place` of the published head's signature number `line`, without its key id."""

    def tamper(folder: Path, stolen: Sequence[SigningKey]) -> None:
        opened = note.parse((folder / HEAD).read_bytes())
        raw = bytearray(opened.signatures[line].signature)
        raw[place] ^= 1
        lines = list(opened.signatures)
        lines[line] = replace(lines[line], signature=bytes(raw))
        (folder / HEAD).write_bytes(note.Note(opened.text, tuple(lines)).data)

    return tamper


def without_signature(line: int) -> Tamper:
    def tamper(folder: Path, stolen: Sequence[SigningKey]) -> None:
        opened = note.parse((folder / HEAD).read_bytes())
        lines = opened.signatures[:line] + opened.signatures[line + 1 :]
        (folder / HEAD).write_bytes(note.Note(opened.text, lines).data)

    return tamper


def another_size(folder: Path, stolen: Sequence[SigningKey]) -> None:
    text = (folder / HEAD).read_text()
    (folder / HEAD).write_text(text.replace("\n300\n", "\n299\n", 1))


def signed_with_one_stolen_key(which: int) -> Tamper:
    """Another root, signed with one of the two keys; the other key's line is the true head's."""

    def tamper(folder: Path, stolen: Sequence[SigningKey]) -> None:
        opened = note.parse((folder / HEAD).read_bytes())
        forged = replace(checkpoint.parse(opened.text), root=bytes(32))
        lines = list(opened.signatures)
        lines[which] = note.sign(forged.text, forged.origin, stolen[which], time=1_800_000_000)
        (folder / HEAD).write_bytes(note.Note(forged.text, tuple(lines)).data)

    return tamper


def another_history(name: str) -> Tamper:
    """A head of another history, signed with both keys: only the log itself can show it."""

    def tamper(folder: Path, stolen: Sequence[SigningKey]) -> None:
        forged = replace(checkpoint.parse(note.parse((folder / name).read_bytes()).text), root=bytes(32))
        lines = tuple(note.sign(forged.text, forged.origin, key, time=1_800_000_000) for key in stolen)
        (folder / name).write_bytes(note.Note(forged.text, lines).data)

    return tamper


def flipped(pattern: str, place: int) -> Tamper:
    def tamper(folder: Path, stolen: Sequence[SigningKey]) -> None:
        [path] = folder.glob(pattern)
        data = bytearray(path.read_bytes())
        data[place] ^= 1
        path.write_bytes(data)

    return tamper


def proof_line(number: int, change: Callable[[str], str]) -> Tamper:
    def tamper(folder: Path, stolen: Sequence[SigningKey]) -> None:
        lines = (folder / PROOF).read_text().split("\n")
        lines[number] = change(lines[number])
        (folder / PROOF).write_text("\n".join(lines))

    return tamper


def no_longer_whole(line: str) -> str:
    return base64.b64encode(base64.b64decode(line)[:31]).decode()


TWINS: dict[str, tuple[str, Tamper]] = {
    "an Ed25519 signature with a bit flipped": (CHECKPOINT, signature(0, 5)),
    "an ML-DSA signature with a bit flipped": (CHECKPOINT, signature(1, 2000)),
    "an ML-DSA signature with another time": (CHECKPOINT, signature(1, 7)),
    "no Ed25519 signature": (CHECKPOINT, without_signature(0)),
    "no ML-DSA signature": (CHECKPOINT, without_signature(1)),
    "another size": (CHECKPOINT, another_size),
    "a root signed with the stolen Ed25519 key": (CHECKPOINT, signed_with_one_stolen_key(0)),
    "a root signed with the stolen ML-DSA key": (CHECKPOINT, signed_with_one_stolen_key(1)),
    "an older head of another history": (LOG, another_history("older/checkpoint")),
    "a newer head of another history": (LOG, another_history(HEAD)),
    "another entry": (INCLUSION, flipped("bundle/log/entry.json", 20)),
    "another index": (INCLUSION, proof_line(1, lambda line: "index 71")),
    "another sibling": (INCLUSION, proof_line(2, lambda line: ("B" if line[0] == "A" else "A") + line[1:])),
    "a sibling of 31 bytes": (INCLUSION, proof_line(3, no_longer_whole)),
    "a hash changed in a whole tile": (LOG, flipped("log/tile/0/000", 100)),
    "a hash changed in a partial tile": (LOG, flipped("log/tile/0/001.p/44", 1000)),
    "an entry changed in a tile": (LOG, flipped("log/tile/entries/000", 500)),
}
