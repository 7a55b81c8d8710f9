"""A bundle of evidence as an answer, in pieces."""

from __future__ import annotations

from flask import Response, stream_with_context

from ipplatform.domain.evidence.bundle import archive, contents
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.ids import display_id


def answer(record: Record, *, with_filing: bool) -> Response:
    """Raises Conflict while the record awaits inclusion. A document found changed breaks the download off."""
    members = contents.members(record, with_filing=with_filing)
    response = Response(stream_with_context(archive.stream(members)), mimetype="application/zip")
    name = f"evidence-{display_id(record.public_id)}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store" if with_filing else "no-cache"
    return response
