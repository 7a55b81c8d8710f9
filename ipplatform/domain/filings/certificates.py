"""What certificates of filings ask: what a filing is about, and who may read what one shows."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.assets.rules import is_public
from ipplatform.domain.evidence.certificate.facts import Subject
from ipplatform.domain.evidence.certificate.permissions import Reading
from ipplatform.domain.filings import queries
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.filings.permissions import READ
from ipplatform.domain.filings.rules import lifecycle
from ipplatform.foundation.db import db

CASE = "registration"


def describe(*, subject: Subject) -> None:
    """The kind of the asset; for a filing without a title of its own that of the case it is about."""
    found = queries.filing(subject.filing)
    if found is None:
        return
    subject.asset_kind = found.asset_kind
    content = (found.about or found).content or {}
    subject.title = str(content.get("title", ""))


def may_read(*, reading: Reading) -> None:
    """Registrars read the cases they took; everybody reads what the register shows."""
    reading.granted = _is_published(reading.filing) or ("registrar" in reading.actor.office and _is_on_case(reading))


def _is_on_case(reading: Reading) -> bool:
    found = queries.filing(reading.filing)
    return found is not None and allows(READ, reading.actor, found.about or found)


def _is_published(filing: str) -> bool:
    """The register shows what the latest submission of a registered case says, and nothing of those before it."""
    case, later = aliased(Filing), aliased(Filing)
    amended = (later.about_id == case.id, later.kind == "amendment", later.status != lifecycle.DRAFT)
    shown = (
        select(Asset.origin, Asset.status)
        .join(case, case.asset_id == Asset.id)
        .join(Filing, or_(Filing.id == case.id, Filing.about_id == case.id))
        .where(Filing.public_id == filing, Filing.kind.in_((CASE, "amendment")))
        .where(case.kind == CASE, case.status == lifecycle.REGISTERED)
        .where(~select(later.id).where(*amended, later.id > Filing.id).correlate(case, Filing).exists())
    )
    found = db.session.execute(shown).one_or_none()
    return found is not None and is_public(origin=found.origin, status=found.status)
