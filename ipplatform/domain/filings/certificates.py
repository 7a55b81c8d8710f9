"""What certificates of filings ask: what a filing is about, and who may read what one shows."""

from __future__ import annotations

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
    found = queries.filing(reading.filing)
    if found is None:
        return
    case = found.about or found
    reading.granted = allows(READ, reading.actor, case) or _is_published(found, case)


def _is_published(found: Filing, case: Filing) -> bool:
    """The register shows what the latest submission of a registered case says, and nothing of those before."""
    if case.kind != "registration" or case.status != lifecycle.REGISTERED or case.asset_id is None:
        return False
    asset = db.session.get_one(Asset, case.asset_id)
    return is_public(origin=asset.origin, status=asset.status) and queries.latest_submission(case).id == found.id
