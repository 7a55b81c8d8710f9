"""Commands that check one signature on a head with openssl alone, for VERIFY.txt. Every one of them is run by a test."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from ipplatform.domain.evidence.formats import checkpoint, note
from ipplatform.domain.evidence.formats.note import VerifierKey
from ipplatform.domain.evidence.formats.signing import ED25519, MLDSA44

SPLIT = """\
    sed '1,/^$/d' {proof} > checkpoint
    sed '/^$/,$d' checkpoint > text
"""
LINE = "    grep -F ' {name} {start}' checkpoint | sed 's/^.* //' | openssl base64 -d -A | tail -c +5 > line\n"
ED25519_KEY = (
    "    (printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000';"
    " printf %s '{public}' | openssl base64 -d -A) > key.der\n"
)
MLDSA_KEY = (
    "    (printf '\\060\\202\\005\\062\\060\\013\\006\\011\\140\\206\\110\\001\\145\\003\\004\\003\\021"
    "\\003\\202\\005\\041\\000';\n     printf %s '{public}' | openssl base64 -d -A) > key.der\n"
)
PLAIN = "    cp text message\n    cp line signature\n"
TIMED = (
    "    (printf 'cosignature/v1\\ntime %d\\n' \"0x$(head -c 8 line | od -An -tx1 | tr -d ' \\n')\"; cat text) > message\n"
    "    tail -c +9 line > signature\n"
)
SUBTREE = (
    "    (printf 'subtree/v1\\n\\000{name_size}{name}'; head -c 8 line; printf '{origin_size}{origin}{numbers}';\n"
    "     sed -n 3p text | tr -d '\\n' | openssl base64 -d -A) > message\n"
    "    tail -c +9 line > signature\n"
)
CHECK = "    openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in message -sigfile signature\n"


def split(proof: str) -> str:
    """Takes the head out of a proof: `checkpoint` whole, `text` what is signed."""
    return SPLIT.format(proof=proof)


def commands(keys: Iterable[VerifierKey], head: checkpoint.Checkpoint) -> str:
    """For each key, after `split`: its line, the key, the message, the check."""
    return "\n".join(_of_key(key, head) for key in keys)


def cosigners(keys: Iterable[VerifierKey], signed: bytes) -> list[VerifierKey]:
    """Those of `keys` with a line on the head."""
    lines = {(line.name, line.key_id) for line in note.parse(signed).signatures}
    return [key for key in keys if (key.name, key.key_id) in lines]


def _of_key(key: VerifierKey, head: checkpoint.Checkpoint) -> str:
    public = base64.b64encode(key.public).decode()
    line = LINE.format(name=key.name, start=base64.b64encode(key.key_id).decode()[:5])
    if key.algorithm == MLDSA44:
        return line + MLDSA_KEY.format(public=public) + _subtree(key.name, head) + CHECK
    return line + ED25519_KEY.format(public=public) + (PLAIN if key.algorithm == ED25519 else TIMED) + CHECK


def _subtree(name: str, head: checkpoint.Checkpoint) -> str:
    numbers = (0).to_bytes(8, "big") + head.size.to_bytes(8, "big")
    return SUBTREE.format(
        name=_printed(name),
        name_size=_octal(bytes([len(name.encode())])),
        origin=_printed(head.origin),
        origin_size=_octal(bytes([len(head.origin.encode())])),
        numbers=_octal(numbers),
    )


def _octal(data: bytes) -> str:
    return "".join(f"\\{byte:03o}" for byte in data)


def _printed(name: str) -> str:
    """For printf between single quotes: letters, digits, dots, hyphens and slashes as they are."""
    safe = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-/_"
    return "".join(chr(byte) if byte in safe else f"\\{byte:03o}" for byte in name.encode())
