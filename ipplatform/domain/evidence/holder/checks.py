"""Holders' keys and signatures among what the audit checks of every record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ipplatform.domain.evidence.columns import EVERY_KIND, ColumnFinding, register_check
from ipplatform.domain.evidence.holder import audit
from ipplatform.domain.evidence.models import Record


def holders(record: Record, manifest: dict[str, Any]) -> Iterator[ColumnFinding]:
    for _identity, finding in audit.findings([record.id]):
        yield ColumnFinding(finding.field, finding.expected, finding.found)


register_check(EVERY_KIND, holders)
