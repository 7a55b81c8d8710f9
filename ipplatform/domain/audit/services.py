"""Writing the record of who did what, in the transaction of the act itself."""

from __future__ import annotations

from typing import Any, Protocol

import structlog

from ipplatform.domain.audit.models import AuditEntry
from ipplatform.foundation import rows
from ipplatform.foundation.clock import now


class Doer(Protocol):
    """Who acts: ids only, so that this layer need not know accounts."""

    @property
    def person_id(self) -> int | None: ...
    @property
    def organisation_id(self) -> int | None: ...


def record(*, actor: Doer, action: str, subject_kind: str, subject: str, **detail: Any) -> None:
    """Add an entry to the current transaction; ``action`` is ``noun.verb`` (``filing.submit``)."""
    entry = {
        "at": now(),
        "person_id": actor.person_id,
        "organisation_id": actor.organisation_id,
        "action": action,
        "subject_kind": subject_kind,
        "subject": subject,
        "detail": detail,
        "request_id": structlog.contextvars.get_contextvars().get("request_id"),
    }
    rows.insert_all(AuditEntry, [entry])
