import base64

import pytest

from ipplatform.domain.evidence.formats import checkpoint, note
from ipplatform.domain.evidence.formats.signing import ED25519, SoftKey

ROOT = bytes(range(32))
PRIVATE = SoftKey.from_seed(ED25519, b"\x07" * 32)
KEY = note.verifier_of("log.example", PRIVATE)


def test_a_checkpoint_is_origin_size_and_root_each_on_a_line() -> None:
    text = checkpoint.Checkpoint("log.example", 70_000, ROOT).text
    assert text == f"log.example\n70000\n{base64.b64encode(ROOT).decode()}\n"
    assert checkpoint.parse(text) == checkpoint.Checkpoint("log.example", 70_000, ROOT)


def test_extension_lines_are_kept() -> None:
    extended = checkpoint.Checkpoint("log.example", 1, ROOT, ("more",))
    assert checkpoint.parse(extended.text) == extended


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log.example\n",
        "log.example\n1\n",
        f"log.example\n01\n{base64.b64encode(ROOT).decode()}\n",
        f"log.example\n-1\n{base64.b64encode(ROOT).decode()}\n",
        f"log.example\n١\n{base64.b64encode(ROOT).decode()}\n",
        f"log.example\n9223372036854775808\n{base64.b64encode(ROOT).decode()}\n",
        f"log.example\n1\n{base64.b64encode(ROOT[:31]).decode()}\n",
        "log.example\n1\nnot base64\n",
        f"log.example\n1\n{base64.b64encode(ROOT).decode()}",
        f"log.example\n1\n{base64.b64encode(ROOT).decode()}\n\n",
        f"\n1\n{base64.b64encode(ROOT).decode()}\n",
        f"log.example\n0\n{base64.b64encode(ROOT).decode()}\n",
    ],
)
def test_what_is_not_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(checkpoint.CheckpointError):
        checkpoint.parse(text)


def signed(origin: str) -> bytes:
    text = checkpoint.Checkpoint(origin, 1, ROOT).text
    return note.Note(text, (note.sign(text, "log.example", PRIVATE),)).data


def test_a_signed_checkpoint_opens_under_its_origin_only() -> None:
    assert checkpoint.open_signed(signed("log.example"), "log.example", [KEY]).root == ROOT
    with pytest.raises(checkpoint.CheckpointError, match="another log"):
        checkpoint.open_signed(signed("other.example"), "log.example", [KEY])
