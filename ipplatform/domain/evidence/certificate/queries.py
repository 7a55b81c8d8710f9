"""Reading certificates that were issued."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import defer

from ipplatform.domain.evidence.certificate.models import Certificate
from ipplatform.foundation.db import db


def kept(record_id: int, language: str, basis: str) -> Certificate | None:
    """The certificate over exactly this state of evidence."""
    same = (Certificate.record_id == record_id, Certificate.language == language, Certificate.basis == basis)
    return db.session.scalars(select(Certificate).where(*same)).one_or_none()


def standing(record_id: int) -> Certificate | None:
    """What a bundle carries: of the newest state of evidence that was certified, the language issued first.

    A second language therefore changes no bundle.
    """
    newest = select(Certificate.basis).where(Certificate.record_id == record_id).order_by(Certificate.id.desc()).limit(1)
    first = select(Certificate).where(
        Certificate.record_id == record_id, Certificate.basis == newest.scalar_subquery()
    )
    return db.session.scalars(first.order_by(Certificate.id).limit(1)).one_or_none()


def issued(record_id: int) -> list[Certificate]:
    """Every certificate of a record without its bytes, oldest first."""
    found = select(Certificate).where(Certificate.record_id == record_id).options(defer(Certificate.content))
    return list(db.session.scalars(found.order_by(Certificate.id)))
