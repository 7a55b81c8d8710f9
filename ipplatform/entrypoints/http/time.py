"""Independent time as pages show it."""

from __future__ import annotations

from typing import Any

from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.permissions import PERMISSIONS
from ipplatform.domain.evidence.time import configuration, queries, words
from ipplatform.entrypoints.http.session import actor


def shown(record: Record | None, *, included: bool) -> dict[str, Any]:
    """`interval`, `statement` and `may_ask` for templates/macros/time.html; one statement."""
    index = record.leaf_index if record is not None and included else None
    interval = queries.interval(index)
    askable = included and interval.not_after is None and configuration.is_configured()
    return {
        "interval": interval,
        "statement": words.statement(interval),
        "may_ask": askable and allows(PERMISSIONS["time.stamp"], actor(), record),
    }
