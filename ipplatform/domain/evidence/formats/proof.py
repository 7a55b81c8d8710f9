"""Inclusion proofs as files: C2SP tlog-proof."""

import base64
import binascii
import re
from dataclasses import dataclass

HEADER = "c2sp.org/tlog-proof@v1"
MOST_HASHES = 63


class ProofFileError(ValueError):
    """A .tlog-proof file is malformed."""


@dataclass(frozen=True)
class ProofFile:
    """`path` holds 32-byte hashes, the leaf's sibling first; `checkpoint` is a whole signed note."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    @property
    def data(self) -> bytes:
        hashes = [base64.b64encode(item).decode() for item in self.path]
        return "\n".join([HEADER, f"index {self.index}", *hashes, "", ""]).encode() + self.checkpoint


def parse(data: bytes) -> ProofFile:
    head, separator, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise ProofFileError("the head of the proof is not ASCII") from error
    if not separator or lines[0] != HEADER:
        raise ProofFileError("not a tlog-proof file")
    rest = lines[2:] if len(lines) > 1 and lines[1].startswith("extra ") else lines[1:]
    matched = re.fullmatch(r"index (0|[1-9]\d{0,18})", rest[0]) if rest else None
    if not matched or len(rest) - 1 > MOST_HASHES:
        raise ProofFileError("the proof has no index or too many hashes")
    return ProofFile(int(matched[1]), tuple(_hash(line) for line in rest[1:]), checkpoint)


def _hash(line: str) -> bytes:
    try:
        raw = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProofFileError("a hash is not base64") from error
    if len(raw) != 32 or base64.b64encode(raw).decode() != line:
        raise ProofFileError("a hash is not 32 bytes in base64")
    return raw
