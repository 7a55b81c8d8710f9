"""Signed notes and verifier keys of C2SP signed-note.

Algorithms: Ed25519 (0x01), and the timestamped cosignatures with Ed25519 (0x04) and ML-DSA-44 (0x06), which sign
checkpoints only.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from ipplatform.domain.evidence.formats import cosignature
from ipplatform.domain.evidence.formats.signing import COSIGNATURE, ED25519, MLDSA44, PUBLIC_BYTES, SigningKey

MOST_SIGNATURES = 100
LARGEST_NOTE = 1_000_000
_DASH = "\u2014 "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class NoteError(ValueError):
    """A note, a signature line or a verifier key is malformed, or a signature by a known key is false."""


@dataclass(frozen=True)
class VerifierKey:
    """A public key under a name. `public` is the key's bytes without the type byte."""

    name: str
    algorithm: int
    public: bytes

    @cached_property
    def key_id(self) -> bytes:
        encoded = bytes([self.algorithm]) + self.public
        return hashlib.sha256(self.name.encode() + b"\n" + encoded).digest()[:4]

    @property
    def vkey(self) -> str:
        encoded = base64.b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    def verify(self, text: bytes, signature: bytes) -> None:
        """Raises NoteError unless `signature` is this key's over `text`."""
        try:
            raw, message = _signed_by(self, text, signature)
            self._loaded.verify(raw, message)
        except InvalidSignature as error:
            raise NoteError(f"the signature of {self.name} is false") from error
        except (cosignature.CosignatureError, ValueError) as error:
            raise NoteError(f"the signature of {self.name} cannot be checked: {error}") from error

    @cached_property
    def _loaded(self) -> MLDSA44PublicKey | Ed25519PublicKey:
        public = MLDSA44PublicKey if self.algorithm == MLDSA44 else Ed25519PublicKey
        return public.from_public_bytes(self.public)


@dataclass(frozen=True)
class Signature:
    """`signature` is as in the line, with the time before it where it is a cosignature."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def time(self) -> int:
        """What a cosignature states, in unix seconds; meaningless for plain Ed25519. Raises CosignatureError."""
        return cosignature.split(self.signature)[0]

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
    if not _is_name(name) or len(raw) < 2 or len(raw) - 1 != PUBLIC_BYTES.get(raw[0], len(raw) - 1):
        raise NoteError("the verifier key is malformed")
    key = VerifierKey(name, raw[0], raw[1:])
    if key.key_id.hex() != key_id:
        raise NoteError("the key id does not belong to this name and key")
    return key


def verifier_of(name: str, key: SigningKey) -> VerifierKey:
    return VerifierKey(name, key.algorithm, key.public)


def sign(text: str, name: str, key: SigningKey, *, time: int = 0) -> Signature:
    """The signature line of `key` under `name`; `time` (unix seconds) is what a cosignature states."""
    require_text(text)
    data = text.encode()
    if key.algorithm == MLDSA44:
        signature = cosignature.join(time, key.sign(cosignature.checkpoint_message(data, name=name, time=time)))
    elif key.algorithm == COSIGNATURE:
        signature = cosignature.join(time, key.sign(cosignature.ed25519_message(data, time)))
    else:
        signature = key.sign(data)
    return Signature(name, verifier_of(name, key).key_id, signature)


def parse(data: bytes, *, longest: int = LARGEST_NOTE) -> Note:
    """Split a note into text and signatures. Raises NoteError for anything but the one form of a note."""
    if len(data) > longest:
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
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteError("the text of a note ends in a newline and holds no control characters")


def _signed_by(key: VerifierKey, text: bytes, signature: bytes) -> tuple[bytes, bytes]:
    """The raw signature and the message it must be over."""
    if key.algorithm == ED25519:
        return signature, text
    if key.algorithm not in (COSIGNATURE, MLDSA44):
        raise NoteError(f"no verifier for signatures of type 0x{key.algorithm:02x}")
    time, raw = cosignature.split(signature)
    if key.algorithm == COSIGNATURE:
        return raw, cosignature.ed25519_message(text, time)
    return raw, cosignature.checkpoint_message(text, name=key.name, time=time)


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
