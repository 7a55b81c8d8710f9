"""The body of an add-checkpoint request of C2SP tlog-witness: what a log sends to its witnesses."""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ipplatform.domain.evidence.formats.checkpoint import LARGEST_SIZE
from ipplatform.domain.evidence.formats.merkle import HASH_SIZE

MOST_HASHES = 63
LARGEST_BODY = 64 * 1024
_OLD = re.compile(rb"old (0|[1-9][0-9]{0,18})")


class SubmissionError(ValueError):
    """The body is malformed: a witness answers 400."""


@dataclass(frozen=True)
class Submission:
    """`old` is the size the sender believes the witness to hold, `proof` a consistency proof from there, 32 bytes a hash.

    `checkpoint` is the signed note, unverified.
    """

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    @property
    def data(self) -> bytes:
        hashes = b"".join(base64.b64encode(item) + b"\n" for item in self.proof)
        return b"old %d\n%b\n%b" % (self.old, hashes, self.checkpoint)


def parse(data: bytes) -> Submission:
    """Raises SubmissionError for anything but the one form of a body."""
    if len(data) > LARGEST_BODY:
        raise SubmissionError(f"the body is larger than {LARGEST_BODY} bytes")
    head, separator, checkpoint = data.partition(b"\n\n")
    first, *hashes = head.split(b"\n")
    old = _OLD.fullmatch(first)
    if not separator or old is None or int(old[1]) > LARGEST_SIZE:
        raise SubmissionError("the body begins with `old <size>` and an empty line before the checkpoint")
    return Submission(int(old[1]), parse_hashes(hashes), checkpoint)


def parse_hashes(lines: Sequence[bytes]) -> tuple[bytes, ...]:
    """One base64 hash a line, 63 at most. Raises SubmissionError."""
    if len(lines) > MOST_HASHES:
        raise SubmissionError(f"a consistency proof has at most {MOST_HASHES} hashes")
    return tuple(_hash(line) for line in lines)


def _hash(line: bytes) -> bytes:
    try:
        raw = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SubmissionError("a line of the proof is not base64") from error
    if len(raw) != HASH_SIZE or base64.b64encode(raw) != line:
        raise SubmissionError("a line of the proof is not a hash of 32 bytes")
    return raw
