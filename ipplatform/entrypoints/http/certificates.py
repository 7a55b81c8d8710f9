"""A certificate as an answer, and whether a page offers it."""

from __future__ import annotations

from flask import Response, request

from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.evidence.certificate import services
from ipplatform.domain.evidence.certificate.permissions import READ
from ipplatform.domain.evidence.models import Record
from ipplatform.entrypoints.http import downloads
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.i18n import current_locale
from ipplatform.foundation.ids import parse_id


def answer(number: str) -> Response:
    """The PDF in the language asked for, else in the reader's. Issued now when it was not before, which takes a second."""
    language = request.args.get("language") or current_locale()
    found = services.certificate(actor=actor(), filing=parse_id(number) or "", language=language)
    size = len(found.content)
    response = downloads.sent(iter((found.content,)), name=found.name, media_type="application/pdf", size=size)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def offered(record: Record | None, *, included: bool) -> bool:
    """Whether the reader may have the certificate of the record now."""
    if record is None or not included or record.organisation_id is None or record.manifest is None:
        return False
    return allows(READ, actor(), record)
