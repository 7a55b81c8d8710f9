"""Certificates show the title and who filed: they are destroyed with the filing, and one left over is named."""

from __future__ import annotations

from sqlalchemy import delete, select

from ipplatform.domain.evidence.certificate.models import Certificate
from ipplatform.domain.evidence.erasure.subjects import EXECUTE, LEFTOVERS, THERE, Destroyed, Leftovers
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import db
from ipplatform.foundation.events import subscribe


def destroy(*, destroyed: Destroyed) -> None:
    """Nobody can issue one meanwhile: services.certificate keeps it only under the lock of the case."""
    erased = select(Record.id).where(Record.public_id.in_([item.filing for item in destroyed.items]))
    db.session.execute(delete(Certificate).where(Certificate.record_id.in_(erased)))


def name_leftovers(*, leftovers: Leftovers) -> None:
    erased = select(Record.id).where(Record.public_id == leftovers.filing)
    left = select(Certificate.id).where(Certificate.record_id.in_(erased)).limit(1)
    if db.session.scalar(left) is not None:
        leftovers.found[Certificate.__tablename__] = THERE


subscribe(EXECUTE, destroy)
subscribe(LEFTOVERS, name_leftovers)
