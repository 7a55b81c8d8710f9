"""What licensing says when documents are to be destroyed: an agreement's is the evidence of both parties."""

from __future__ import annotations

from sqlalchemy import select

from ipplatform.domain.licensing.models import Agreement
from ipplatform.foundation.db import db
from ipplatform.foundation.events import subscribe


def _keep_agreements(*, wanted: set[int], needed: set[int]) -> None:
    needed |= set(db.session.scalars(select(Agreement.document_id).where(Agreement.document_id.in_(wanted))))


subscribe("documents.needed", _keep_agreements)
