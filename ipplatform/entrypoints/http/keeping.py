"""A form sent after the session ended is kept, sealed, inside the sign-in page, and sent again after signing in.

Nothing is stored on the server, and only the person whose session ended can open it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import request, session

from ipplatform.foundation import secretbox

PERSON = "person"
CONTEXT = b"kept form"
LARGEST = 2 * 1024 * 1024
NEVER = frozenset({"password", "current", "csrf_token"})


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the form was going and what it said, field by field in order."""

    path: str
    fields: list[tuple[str, str]]


def keep() -> str | None:
    """The posted form sealed for the person this browser belonged to; None when there is nothing to keep."""
    person = session.get(PERSON)
    if person is None or request.mimetype != "application/x-www-form-urlencoded":
        return None
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in NEVER]
    content = json.dumps({"person": person, "path": request.full_path.rstrip("?"), "fields": fields}).encode()
    if not fields or len(content) > LARGEST:
        return None
    return secretbox.seal(content, CONTEXT).hex()


def reopen(sealed: str, person_public_id: str) -> Kept | None:
    """What was kept, for the same person only; None when it is not theirs or not ours."""
    try:
        content = json.loads(secretbox.unseal(bytes.fromhex(sealed), CONTEXT))
    except (ValueError, secretbox.Damaged):
        return None
    if content["person"] != person_public_id:
        return None
    return Kept(content["path"], [(name, value) for name, value in content["fields"]])
