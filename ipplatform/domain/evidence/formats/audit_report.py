"""The report of an audit: canonical JSON (RFC 8785) on one line, as the text of a signed note (C2SP signed-note).

It names records and fields, never what they hold. `size` and `root` (base64, null where the stored tiles gave none) say
over which tree it speaks; `log` is the log's origin and the signing key is named after it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from ipplatform.domain.evidence.formats import canonical, note
from ipplatform.domain.evidence.formats.signing import SigningKey

LARGEST = 16_000_000
SHOWN = ("log", "run", "scope", "subject", "started_at", "ended_at", "checked", "size", "root", "found")
MEMBERS = frozenset(("schema", *SHOWN, "findings"))


class Unusable(ValueError):
    """The bytes are no report."""


class Refuted(ValueError):
    """The bytes are a report that the key did not sign, or not in this form."""


def key_name(origin: str) -> str:
    return f"{origin}/audit"


def schema(origin: str) -> str:
    return f"{origin}/audit-report/v1"


def build(content: dict[str, Any], *, origin: str, key: SigningKey) -> bytes:
    """The signed note. `content` holds MEMBERS but `schema` and `log`. Raises CanonicalError."""
    text = canonical.dumps({**content, "schema": schema(origin), "log": origin}).decode() + "\n"
    return note.Note(text, (note.sign(text, key_name(origin), key),)).data


def named(findings: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """(record, field) as members of a report; changed bytes may hold what no signed text may."""
    return [{"record": _plain(record), "field": _plain(field)} for record, field in findings]


def verify(data: bytes, keys: Iterable[note.VerifierKey]) -> dict[str, Any]:
    """The members of a report that one of `keys` signed. Raises Unusable or Refuted."""
    opened = _opened(data)
    content = _content(opened.text)
    try:
        signed = note.verify(opened, keys)
    except note.NoteError as error:
        raise Refuted(str(error)) from error
    if not signed:
        raise Refuted("no signature by the key you gave: it is another log's report, or it was signed by somebody else")
    if opened.data != data or any(key.name != key_name(content["log"]) for key in signed):
        raise Refuted("the key does not sign the reports of this log")
    return content


def _opened(data: bytes) -> note.Note:
    try:
        return note.parse(data, longest=LARGEST)
    except note.NoteError as error:
        raise Unusable(f"not a signed note: {error}") from error


def _content(text: str) -> dict[str, Any]:
    line = text.removesuffix("\n").encode()
    try:
        value = canonical.loads(line)
    except canonical.CanonicalError as error:
        raise Unusable(f"not the report of an audit: {error}") from error
    if not isinstance(value, dict) or set(value) != MEMBERS or not isinstance(value["log"], str):
        raise Unusable("not the report of an audit: other members than a report has")
    if value["schema"] != schema(value["log"]) or canonical.dumps(value) != line:
        raise Unusable("not the report of an audit in the form of version 1")
    return value


def _plain(text: str) -> str:
    clean = "".join("\ufffd" if unicodedata.category(char) in ("Cc", "Cs") else char for char in text)
    return unicodedata.normalize("NFC", clean)
