"""The body of an add-checkpoint request."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipplatform.domain.evidence.formats import submission
from ipplatform.domain.evidence.formats.submission import Submission, SubmissionError

HASH = base64.b64encode(bytes(32))
NOTE = b"example.com/log\n1\n" + HASH + b"\n\n\xe2\x80\x94 example.com/log AAAAAAA=\n"


@given(st.integers(0, 2**63 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=63))
def test_what_is_written_is_read(old: int, proof: list[bytes]) -> None:
    sent = Submission(old, tuple(proof), NOTE)
    assert submission.parse(sent.data) == sent


def test_the_example_of_the_specification_is_read() -> None:
    hashes = ["PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=", "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk="]
    found = submission.parse(f"old 20852014\n{hashes[0]}\n{hashes[1]}\n\n".encode() + NOTE)
    assert (found.old, [base64.b64encode(item).decode() for item in found.proof]) == (20852014, hashes)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n" + NOTE,
        b"old 00\n\n" + NOTE,
        b"old -1\n\n" + NOTE,
        b"old +1\n\n" + NOTE,
        b"old  1\n\n" + NOTE,
        b"Old 1\n\n" + NOTE,
        b"old 1 \n\n" + NOTE,
        b"old \xd9\xa1\n\n" + NOTE,
        b"old 9223372036854775808\n\n" + NOTE,
        b"old 99999999999999999999\n\n" + NOTE,
        b"old 1\r\n\r\n" + NOTE,
        b"old 1\nAAAA\n\n" + NOTE,
        b"old 1\n" + base64.b64encode(bytes(31)) + b"\n\n" + NOTE,
        b"old 1\n" + base64.b64encode(bytes(33)) + b"\n\n" + NOTE,
        b"old 1\n" + HASH[:-2] + b"B=\n\n" + NOTE,
        b"old 1\n!" + HASH + b"\n\n" + NOTE,
        b"old 1\n" + (HASH + b"\n") * 64 + b"\n" + NOTE,
        b"old 1\n\n" + b"x" * 70_000,
    ],
)
def test_anything_else_is_malformed(body: bytes) -> None:
    with pytest.raises(SubmissionError):
        submission.parse(body)
