import base64

import pytest

from ipplatform.domain.evidence.formats import cosignature, note
from ipplatform.domain.evidence.formats.signing import COSIGNATURE, ED25519, MLDSA44, SoftKey

EXAMPLE_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
PRIVATE = SoftKey.from_seed(ED25519, b"\x07" * 32)
KEY = note.verifier_of("log.example", PRIVATE)


def signed(text: str = "hello\n") -> note.Note:
    return note.Note(text, (note.sign(text, "log.example", PRIVATE),))


def test_the_specifications_example_verifies_and_is_written_the_same() -> None:
    key = note.parse_vkey(EXAMPLE_VKEY)
    parsed = note.parse(EXAMPLE)
    note.verify_all(parsed, [key])
    assert parsed.text == "This is an example message.\n"
    assert parsed.data == EXAMPLE
    assert key.vkey == EXAMPLE_VKEY


def test_one_changed_byte_of_the_text_refutes_the_example() -> None:
    with pytest.raises(note.NoteError):
        note.verify_all(note.parse(EXAMPLE.replace(b"example m", b"Example m")), [note.parse_vkey(EXAMPLE_VKEY)])


def test_every_changed_byte_of_a_note_is_noticed() -> None:
    data = signed().data
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        with pytest.raises(note.NoteError):
            note.verify_all(note.parse(changed), [KEY])


def test_signatures_by_unknown_keys_are_passed_over() -> None:
    other = note.sign("hello\n", "witness.example", SoftKey.generate(ED25519))
    both = note.Note("hello\n", (other, *signed().signatures))
    assert note.verify(note.parse(both.data), [KEY]) == [KEY]


def test_every_demanded_key_must_have_signed() -> None:
    second = note.verifier_of("log.example", SoftKey.generate(ED25519))
    with pytest.raises(note.NoteError, match="no signature by"):
        note.verify_all(signed(), [KEY, second])
    with pytest.raises(note.NoteError):
        note.verify_all(signed(), [])


def test_a_second_false_signature_line_of_a_known_key_is_passed_over_after_the_first() -> None:
    line = signed().signatures[0]
    again = note.Note("hello\n", (line, note.Signature(line.name, line.key_id, b"x" * 64)))
    assert note.verify(again, [KEY]) == [KEY]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello\n",
        b"hello\n\n",
        b"hello\n\nno dash here AAAAAAA=\n",
        "hello\n\n— name\n".encode(),
        "hello\n\n— name AAAA\n".encode(),
        "hello\n\n— na+me AAAAAAA=\n".encode(),
        "hel\x00lo\n\n— name AAAAAAA=\n".encode(),
        "hello\r\n\n— name AAAAAAA=\n".encode(),
        "hello\n\n— name AAAAAAB=".encode(),
        "hello\n\n— name AAAAAAB=\n".encode()[:-2] + b"\n",
        b"\xff\n\n\xe2\x80\x94 name AAAAAAA=\n",
        ("hello\n\n" + "— name AAAAAAA=\n" * 101).encode(),
        b"x" * 1_000_001,
    ],
)
def test_what_is_not_a_note_is_refused(data: bytes) -> None:
    with pytest.raises(note.NoteError):
        note.parse(data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "other.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+!!!!",
    ],
)
def test_a_verifier_key_that_disagrees_with_itself_is_refused(text: str) -> None:
    with pytest.raises(note.NoteError):
        note.parse_vkey(text)


def test_a_key_of_another_algorithm_is_kept_but_cannot_verify() -> None:
    key = note.VerifierKey("log.example", 0x07, b"k" * 40)
    assert note.parse_vkey(key.vkey) == key
    with pytest.raises(note.NoteError, match="0x07"):
        key.verify(b"text", b"signature")


CHECKPOINT = "log.example\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


@pytest.mark.parametrize("algorithm", [COSIGNATURE, MLDSA44])
def test_a_cosignature_states_its_time_and_covers_the_checkpoint(algorithm: int) -> None:
    private = SoftKey.from_seed(algorithm, b"\x09" * 32)
    line = note.sign(CHECKPOINT, "witness.example", private, time=1679315147)
    key = note.parse_vkey(note.verifier_of("witness.example", private).vkey)
    assert note.verify(note.Note(CHECKPOINT, (line,)), [key]) == [key]
    assert line.time == 1679315147
    for changed in (CHECKPOINT.replace("3\nC", "4\nC"), CHECKPOINT.replace("log.", "lug."), "no checkpoint\n"):
        with pytest.raises(note.NoteError):
            note.verify(note.Note(changed, (line,)), [key])
    for place in (0, 7, 8, len(line.signature) - 1):
        raw = bytearray(line.signature)
        raw[place] ^= 1
        with pytest.raises(note.NoteError):
            key.verify(CHECKPOINT.encode(), bytes(raw))
    with pytest.raises(note.NoteError):
        key.verify(CHECKPOINT.encode(), b"short")


def test_the_specifications_cosignature_layout_is_reproduced() -> None:
    """C2SP tlog-cosignature: what an Ed25519 cosigner signs, and how long the parts of a subtree/v1 message are."""
    text = CHECKPOINT.encode()
    assert cosignature.ed25519_message(text, 1679315147) == b"cosignature/v1\ntime 1679315147\n" + text
    message = cosignature.checkpoint_message(text, name="witness.example", time=5)
    assert message[:12] == b"subtree/v1\n\0"
    assert message[12:] == (
        b"\x0fwitness.example" + (5).to_bytes(8, "big") + b"\x0blog.example" + bytes(8)
        + (20852163).to_bytes(8, "big") + base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    )  # fmt: skip


def test_an_ml_dsa_signature_binds_the_name_under_which_it_was_made() -> None:
    private = SoftKey.from_seed(MLDSA44, b"\x09" * 32)
    line = note.sign(CHECKPOINT, "one.example", private, time=5)
    with pytest.raises(note.NoteError):
        note.verifier_of("two.example", private).verify(CHECKPOINT.encode(), line.signature)


def test_text_without_a_final_newline_cannot_be_signed() -> None:
    with pytest.raises(note.NoteError):
        note.sign("hello", "log.example", PRIVATE)


def test_a_signature_line_is_key_id_and_signature_in_base64() -> None:
    line = signed().signatures[0].line
    raw = base64.b64decode(line.split(" ")[2])
    assert raw[:4] == KEY.key_id
    assert len(raw) == 68
