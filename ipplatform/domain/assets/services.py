"""Writing the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.assets.models import Asset, AssetClassification, AssetDocument, AssetParty, Document
from ipplatform.domain.assets.rules import may_become, shares_are_whole
from ipplatform.domain.assets.values import ClassValue, PartyValue
from ipplatform.domain.audit import services as audit
from ipplatform.foundation import events, jobs, settings
from ipplatform.foundation.clock import today
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import Conflict, Invalid
from ipplatform.foundation.i18n import _l

EXPIRY_JOB = "assets.expire"


def register(
    *,
    organisation_id: int,
    kind: str,
    public_id: str,
    title: str,
    status: str,
    parties: Sequence[PartyValue],
    classifications: Sequence[ClassValue] = (),
    origin: str = "native",
    office: str = "",
    application_number: str | None = None,
    publication_number: str | None = None,
    registration_number: str | None = None,
    filing_date: date | None = None,
    publication_date: date | None = None,
    grant_date: date | None = None,
    expiry_date: date | None = None,
    language: str = "en",
    title_translation: str | None = None,
    abstract: str = "",
    content: Mapping[str, Any] | None = None,
    status_note: str | None = None,
) -> Asset:
    """Enter an asset held by ``organisation_id``; Invalid when the owners' shares do not add to exactly 1.

    Publishes ``asset.registered`` (asset_id). The caller records the filing that stands behind the entry.
    """
    _require_whole_title(parties)
    asset = Asset(
        organisation_id=organisation_id,
        kind=kind,
        public_id=public_id,
        title=title,
        status=status,
        origin=origin,
        office=office,
        application_number=application_number,
        publication_number=publication_number,
        registration_number=registration_number,
        filing_date=filing_date,
        publication_date=publication_date,
        grant_date=grant_date,
        expiry_date=expiry_date,
        language=language,
        title_translation=title_translation,
        abstract=abstract,
        content=dict(content or {}),
        status_note=status_note,
        parties=party_rows(parties),
        classifications=class_rows(classifications),
    )
    db.session.add(asset)
    db.session.flush()
    events.publish("asset.registered", asset_id=asset.id)
    return asset


def set_status(asset: Asset, status: str, reason: str) -> None:
    """Move ``asset`` along the life of its right; Conflict when the table of transitions forbids it.

    ``reason`` is a short code for the audit trail. Publishes ``asset.status_changed`` (asset_id, before, status).
    """
    before = asset.status
    if before == status:
        return
    if not may_become(before, status):
        raise Conflict(
            _l("The status of this asset cannot change in that way."),
            code="status_transition",
            detail={"from": before, "to": status},
        )
    asset.status = status
    audit.record(
        actor=SYSTEM,
        action="asset.status",
        subject_kind="asset",
        subject=asset.public_id,
        before=before,
        after=status,
        reason=reason,
    )
    db.session.flush()
    events.publish("asset.status_changed", asset_id=asset.id, before=before, status=status)


def schedule_expiry() -> None:
    """Have the next midnight's check of terms in the outbox; the job goes on scheduling itself."""
    zone = ZoneInfo(settings.current().zone_timezone)
    midnight = datetime.combine(today() + timedelta(days=1), time(0, 5), zone)
    jobs.enqueue(EXPIRY_JOB, {}, key=midnight.date().isoformat(), run_at=midnight)


def expire_due(limit: int = 1_000) -> int:
    """Move rights whose last day is over from in force to expired; how many were."""
    over = select(Asset).where(Asset.status == "in_force", Asset.expiry_date < today()).order_by(Asset.id).limit(limit)
    found = list(db.session.scalars(over))
    for asset in found:
        set_status(asset, "expired", "term")
    return len(found)


def replace_owners(asset: Asset, owners: Sequence[PartyValue]) -> None:
    """Enter a new title: the owners after a recorded assignment. Publishes ``asset.title_changed`` (asset_id)."""
    _require_whole_title(owners)
    asset.parties = [party for party in asset.parties if party.role != "owner"]
    db.session.flush()
    asset.parties.extend(party_rows(owners))
    db.session.flush()
    db.session.expire(asset, ["parties"])
    events.publish("asset.title_changed", asset_id=asset.id)


def add_document(asset: Asset, document: Document, *, role: str, is_public: bool) -> None:
    """Keep ``document`` with ``asset``; a public one can be downloaded from the register page by anybody."""
    db.session.add(AssetDocument(asset_id=asset.id, document_id=document.id, role=role, is_public=is_public))


def party_rows(parties: Sequence[PartyValue]) -> list[AssetParty]:
    positions: dict[str, int] = {}
    rows = []
    for party in parties:
        position = positions.get(party.role, 0)
        positions[party.role] = position + 1
        rows.append(
            AssetParty(
                role=party.role,
                position=position,
                name=party.name,
                country=party.country,
                organisation_id=party.organisation_id,
                share_numerator=party.share.numerator if party.share is not None else None,
                share_denominator=party.share.denominator if party.share is not None else None,
            )
        )
    return rows


def class_rows(classifications: Sequence[ClassValue]) -> list[AssetClassification]:
    positions: dict[str, int] = {}
    rows = []
    for item in dict.fromkeys(classifications):
        position = positions.get(item.scheme, 0)
        positions[item.scheme] = position + 1
        rows.append(AssetClassification(scheme=item.scheme, code=item.code, position=position))
    return rows


def _require_whole_title(parties: Sequence[PartyValue]) -> None:
    shares = [party.share for party in parties if party.role == "owner"]
    given = [share for share in shares if share is not None]
    if len(given) != len(shares) or not shares_are_whole(given):
        raise Invalid({"owners": [_l("The owners' shares must add up to exactly 1.")]}, code="shares")
