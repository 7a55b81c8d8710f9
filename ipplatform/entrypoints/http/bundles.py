"""A bundle of evidence as an answer, in pieces."""

from __future__ import annotations

from flask import Response, stream_with_context

from ipplatform.domain.audit import services as trail
from ipplatform.domain.evidence.bundle import archive, contents
from ipplatform.domain.evidence.models import Record
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.db import transaction
from ipplatform.foundation.ids import display_id


def answer_member(record: Record, *, with_filing: bool) -> Response:
    """As `answer`, for whoever is no office; with the filing's content the reading is recorded."""
    sent = answer(record, with_filing=with_filing)
    if with_filing:
        # A transaction of its own: what is public is sent far more often, and must not take SQLite's write lock.
        with transaction():
            trail.record_read(
                actor=actor(),
                action="filing.bundle",
                subject_kind="filing",
                subject=record.public_id,
                role=trail.MEMBER,
            )
    return sent


def answer(record: Record, *, with_filing: bool) -> Response:
    """Raises Conflict while the record awaits inclusion, and DamagedFile for a document that was changed.

    One that is changed after it was checked breaks the download off.
    """
    members = contents.members(record, with_filing=with_filing)
    archive.check_files(members)
    response = Response(stream_with_context(archive.stream(members)), mimetype="application/zip")
    name = f"evidence-{display_id(record.public_id)}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store" if with_filing else "no-cache"
    return response
