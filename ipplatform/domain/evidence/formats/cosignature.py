"""Timestamped cosignatures of C2SP tlog-cosignature: Ed25519 (type 0x04) and ML-DSA-44 (type 0x06).

A signature is ``u64 time ‖ raw signature``, the time in unix seconds, big-endian.
"""

import base64
import binascii

LABEL = b"subtree/v1\n\0"
LATEST = 2**63 - 1


class CosignatureError(ValueError):
    """A cosignature is too short, its time is out of range, or its text is no checkpoint."""


def join(time: int, raw: bytes) -> bytes:
    return time.to_bytes(8, "big") + raw


def split(signature: bytes) -> tuple[int, bytes]:
    """(time, raw signature). Raises CosignatureError."""
    if len(signature) <= 8:
        raise CosignatureError("the cosignature is too short")
    time = int.from_bytes(signature[:8], "big")
    if time > LATEST:
        raise CosignatureError("the cosignature's time is out of range")
    return time, signature[8:]


def ed25519_message(text: bytes, time: int) -> bytes:
    """What a cosignature/v1 signs: two lines before the whole text of the checkpoint."""
    return f"cosignature/v1\ntime {time}\n".encode() + text


def subtree_message(*, name: str, time: int, origin: str, size: int, root: bytes, start: int = 0) -> bytes:
    """What a subtree/v1 cosignature signs: the leaves from `start` to `size` of the log `origin`; `root` is 32 bytes."""
    if len(root) != 32 or (start and time):
        raise CosignatureError("a subtree has a root of 32 bytes, and a time only from its first leaf")
    numbers = start.to_bytes(8, "big") + size.to_bytes(8, "big")
    return LABEL + _short(name) + time.to_bytes(8, "big") + _short(origin) + numbers + root


def checkpoint_message(text: bytes, *, name: str, time: int) -> bytes:
    """The subtree/v1 message of the checkpoint with this text. Raises CosignatureError when it is none."""
    lines = text.split(b"\n")
    try:
        origin, size, root = lines[0].decode(), int(lines[1].decode("ascii")), base64.b64decode(lines[2], validate=True)
    except (IndexError, ValueError, binascii.Error) as error:
        raise CosignatureError("the text is not a checkpoint") from error
    if not 0 <= size <= LATEST:
        raise CosignatureError("the size is out of range")
    return subtree_message(name=name, time=time, origin=origin, size=size, root=root)


def _short(text: str) -> bytes:
    data = text.encode()
    if not 1 <= len(data) <= 255:
        raise CosignatureError("names and origins have 1 to 255 bytes")
    return bytes([len(data)]) + data
