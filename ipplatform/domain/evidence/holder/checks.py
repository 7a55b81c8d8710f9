"""Holders' keys and signatures among what the audit checks of every record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ipplatform.domain.evidence.audit.findings import Words
from ipplatform.domain.evidence.columns import EVERY_KIND, ColumnFinding, Item, register_check
from ipplatform.domain.evidence.holder import audit


def holders(items: Sequence[Item]) -> Iterator[ColumnFinding]:
    by_id = {item.id: item for item in items}
    for identity, finding in audit.findings(list(by_id)):
        # Shown already: a byte of what is shown is none of the value's.
        yield ColumnFinding(by_id[identity], finding.field, Words(finding.expected), Words(finding.found))


register_check(EVERY_KIND, holders)
