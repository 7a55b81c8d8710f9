"""Signatures that outlived the content they sign, named to the audit: with their bytes it could be guessed."""

from __future__ import annotations

from sqlalchemy import select

from ipplatform.domain.evidence.erasure.subjects import LEFTOVERS, THERE, Leftovers
from ipplatform.domain.evidence.holder.models import HolderSignature
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import db
from ipplatform.foundation.events import subscribe


def name_leftovers(*, leftovers: Leftovers) -> None:
    signed = select(Record.id).where(Record.public_id == leftovers.filing)
    left = select(HolderSignature.id).where(HolderSignature.record_id.in_(signed)).limit(1)
    if db.session.scalar(left) is not None:
        leftovers.found["holder_signature"] = THERE


subscribe(LEFTOVERS, name_leftovers)
