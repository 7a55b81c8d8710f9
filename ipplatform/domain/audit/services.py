"""Writing the record of who did what, in the transaction of the act itself."""

from __future__ import annotations

from typing import Any, Protocol

import structlog

from ipplatform.domain.audit.models import AuditEntry
from ipplatform.foundation import rows
from ipplatform.foundation.clock import now

PAGE, API, COMMAND, UNKNOWN = "page", "api", "command", "unknown"
MEMBER, AUDITOR, REGISTRAR, ADMINISTRATOR, SYSTEM = "member", "auditor", "registrar", "administrator", "system"


class Doer(Protocol):
    """Who acts: ids only, so that this layer need not know accounts."""

    @property
    def person_id(self) -> int | None: ...
    @property
    def organisation_id(self) -> int | None: ...


def record(*, actor: Doer, action: str, subject_kind: str, subject: str, **detail: Any) -> None:
    """Add an entry to the current transaction; ``action`` is ``noun.verb`` (``filing.submit``)."""
    _write(actor.person_id, actor.organisation_id, action, subject_kind, subject, detail, door=None)


def record_read(*, actor: Doer, action: str, subject_kind: str, subject: str, role: str, **detail: Any) -> None:
    """As ``record``, for reading what is confidential; the door is the request's, or a command's without one.

    ``role`` says as whom: whoever reads as the office reads for no organisation, whatever they are members of.
    """
    organisation = actor.organisation_id if role == MEMBER else None
    detail = {"role": role, **detail}
    _write(actor.person_id, organisation, action, subject_kind, subject, detail, door=_context("door") or COMMAND)


def _write(
    person_id: int | None,
    organisation_id: int | None,
    action: str,
    subject_kind: str,
    subject: str,
    detail: dict[str, Any],
    *,
    door: str | None,
) -> None:
    entry = {
        "at": now(),
        "person_id": person_id,
        "organisation_id": organisation_id,
        "action": action,
        "subject_kind": subject_kind,
        "subject": subject,
        "detail": detail,
        "request_id": _context("request_id"),
        "door": door,
    }
    rows.insert_all(AuditEntry, [entry])


def _context(name: str) -> str | None:
    value: str | None = structlog.contextvars.get_contextvars().get(name)
    return value
