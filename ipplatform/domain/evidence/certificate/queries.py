"""Reading certificates that were issued."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import defer

from ipplatform.domain.evidence.certificate.models import Certificate
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import StoredDamage
from ipplatform.foundation.i18n import _l
from ipplatform.foundation.secretbox import Damaged

DAMAGED = _l("The stored certificate is damaged. The operator of the service can restore it.")


def kept(record_id: int, language: str, bases: Sequence[str]) -> Certificate | None:
    """The newest certificate with one of these bases."""
    same = (Certificate.record_id == record_id, Certificate.language == language, Certificate.basis.in_(bases))
    return _read(select(Certificate).where(*same).order_by(Certificate.id.desc()).limit(1))


def standing(record_id: int) -> Certificate | None:
    """What a bundle carries: of the newest state of evidence that was certified, the language issued first.

    A second language therefore changes no bundle.
    """
    newest = (
        select(Certificate.basis).where(Certificate.record_id == record_id).order_by(Certificate.id.desc()).limit(1)
    )
    first = select(Certificate).where(Certificate.record_id == record_id, Certificate.basis == newest.scalar_subquery())
    return _read(first.order_by(Certificate.id).limit(1))


def issued(record_id: int) -> list[Certificate]:
    """Every certificate of a record without its bytes, oldest first."""
    found = select(Certificate).where(Certificate.record_id == record_id).options(defer(Certificate.content))
    return list(db.session.scalars(found.order_by(Certificate.id)))


def _read(statement: Select[Certificate]) -> Certificate | None:
    """Raises StoredDamage (certificate_damaged): bytes that were changed are not handed out."""
    try:
        return db.session.scalars(statement).one_or_none()
    except Damaged as error:
        raise StoredDamage(DAMAGED, code="certificate_damaged") from error
