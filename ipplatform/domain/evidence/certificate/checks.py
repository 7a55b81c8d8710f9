"""Certificates among what the audit checks of every record: the bytes that were signed, and every column beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from ipplatform.domain.evidence.audit.findings import Finding, Words
from ipplatform.domain.evidence.certificate import sealing
from ipplatform.domain.evidence.certificate.models import Certificate
from ipplatform.domain.evidence.columns import EVERY_KIND, ColumnFinding, Item, register_check, unopened
from ipplatform.domain.evidence.holder.stored import CHANGED, read
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import among, db

# So many are in memory at once.
CHUNK = 20


def certificates(items: Sequence[Item]) -> Iterator[ColumnFinding]:
    """A changed byte of a certificate is named with its record."""
    by_id = {item.id: item for item in items}
    of_these = among(Certificate.record_id, by_id)
    found = list(db.session.scalars(select(Certificate.id).where(of_these).order_by(Certificate.id)))
    for place in range(0, len(found), CHUNK):
        for row in read(Certificate, Certificate.id.in_(found[place : place + CHUNK])):
            item = by_id[row["record_id"]]
            if row["content"] is CHANGED:  # nothing can be said of the other columns' seal
                yield unopened(item, f"{Certificate.__tablename__}.content")
                continue
            for field in sealing.broken(row.values, row.seal):
                name = f"{Certificate.__tablename__}.{field}"
                yield ColumnFinding(item, name, Words("as it was issued"), Words("changed"))


def orphans() -> Iterator[Finding]:
    """Certificates of no record: no record's own check comes upon them."""
    kept = select(Certificate.id).outerjoin(Record, Record.id == Certificate.record_id)
    for identity in db.session.scalars(kept.where(Record.id.is_(None)).order_by(Certificate.id)):
        yield Finding(f"certificate {identity}", "evidence_certificate.record_id", "a record", "none")


register_check(EVERY_KIND, certificates)
