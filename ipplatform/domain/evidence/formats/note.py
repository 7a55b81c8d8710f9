"""Signed notes and verifier keys of C2SP signed-note, with the Ed25519 algorithm (type 0x01)."""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = 0x01
MOST_SIGNATURES = 100
LARGEST_NOTE = 1_000_000
_DASH = "\u2014 "


class NoteError(ValueError):
    """A note, a signature line or a verifier key is malformed, or a signature by a known key is false."""


@dataclass(frozen=True)
class VerifierKey:
    """A public key under a name. `public` is the key's bytes without the type byte."""

    name: str
    algorithm: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        encoded = bytes([self.algorithm]) + self.public
        return hashlib.sha256(self.name.encode() + b"\n" + encoded).digest()[:4]

    @property
    def vkey(self) -> str:
        encoded = base64.b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    def verify(self, text: bytes, signature: bytes) -> None:
        """Raises NoteError unless `signature` is this key's over `text`."""
        if self.algorithm != ED25519:
            raise NoteError(f"no verifier for signatures of type 0x{self.algorithm:02x}")
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature as error:
            raise NoteError(f"the signature of {self.name} is false") from error


@dataclass(frozen=True)
class Signature:
    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True)
class Note:
    """`text` ends in a newline; the signatures are as found, unverified."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def data(self) -> bytes:
        return (self.text + "\n" + "".join(signature.line for signature in self.signatures)).encode()


def parse_vkey(text: str) -> VerifierKey:
    """Raises NoteError unless the key id agrees with name and key. Base64 may hold a plus, names may not."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise NoteError("a verifier key is name+id+key")
    name, key_id, encoded = parts
    raw = _base64(encoded)
    if not _is_name(name) or len(raw) < 2 or (raw[0] == ED25519 and len(raw) != 33):
        raise NoteError("the verifier key is malformed")
    key = VerifierKey(name, raw[0], raw[1:])
    if key.key_id.hex() != key_id:
        raise NoteError("the key id does not belong to this name and key")
    return key


def verifier_of(name: str, private: Ed25519PrivateKey) -> VerifierKey:
    return VerifierKey(name, ED25519, private.public_key().public_bytes_raw())


def sign(text: str, name: str, private: Ed25519PrivateKey) -> Signature:
    require_text(text)
    return Signature(name, verifier_of(name, private).key_id, private.sign(text.encode()))


def parse(data: bytes) -> Note:
    """Split a note into text and signatures. Raises NoteError for anything but the one form of a note."""
    if len(data) > LARGEST_NOTE:
        raise NoteError("the note is too long")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NoteError("the note is not UTF-8") from error
    text, separator, lines = whole.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise NoteError("the note has no signatures")
    require_text(text + "\n")
    signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > MOST_SIGNATURES:
        raise NoteError("the note has too many signatures")
    return Note(text + "\n", signatures)


def verify(note: Note, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
    """The keys that signed. Unknown signatures are passed over; a false one by a known key raises NoteError."""
    known = {(key.name, key.key_id): key for key in keys}
    signed: list[VerifierKey] = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None or key in signed:
            continue
        key.verify(note.text.encode(), signature.signature)
        signed.append(key)
    return signed


def verify_all(note: Note, keys: Sequence[VerifierKey]) -> None:
    """Raises NoteError unless every one of `keys` signed: verifiers ignore lines they do not know, so ours demands."""
    if not keys:
        raise NoteError("no key to verify with")
    signed = verify(note, keys)
    for key in keys:
        if key not in signed:
            raise NoteError(f"no signature by {key.name} ({key.key_id.hex()})")


def require_text(text: str) -> None:
    if not text.endswith("\n") or any((ord(char) < 0x20 and char != "\n") or char == "\x7f" for char in text):
        raise NoteError("the text of a note ends in a newline and holds no control characters")


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    raw = _base64(encoded)
    if not line.startswith(_DASH) or not _is_name(name) or len(raw) < 5:
        raise NoteError("a signature line is malformed")
    return Signature(name, raw[:4], raw[4:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(char.isspace() for char in name)


def _base64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("not base64") from error
    if base64.b64encode(raw).decode() != text:
        raise NoteError("not canonical base64")
    return raw
