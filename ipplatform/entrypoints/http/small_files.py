"""A small file of a form, or the text typed instead of it."""

from __future__ import annotations

from flask import request

from ipplatform.foundation.errors import Invalid
from ipplatform.foundation.i18n import _

LARGEST = 16 * 1024


def received(name: str) -> bytes:
    """The bytes of the file `<name>_file`, else of the text `name`; Invalid on `name` when both are empty or too large."""
    file = request.files.get(f"{name}_file")
    data = file.stream.read(LARGEST + 1) if file is not None and file.filename else b""
    data = data or request.form.get(name, "").strip().encode("utf-8", "replace")
    if not data:
        raise Invalid({name: [_("Choose the file, or paste its content.")]})
    if len(data) > LARGEST:
        raise Invalid({name: [_("This file is too large to be what is asked for.")]})
    return data
