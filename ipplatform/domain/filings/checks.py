"""What people read of a filing, held against its manifest and the decisions on it. Run by the audit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ipplatform.domain.assets.models import Asset
from ipplatform.domain.evidence.columns import ColumnFinding, register_check
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.filings import queries
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.filings.rules import lifecycle
from ipplatform.domain.filings.rules.shares import parse_share
from ipplatform.foundation.db import db

AFTER_DECISION = {
    "register": (lifecycle.REGISTERED,),
    "deficient": (lifecycle.DEFICIENT,),
    "refuse": (lifecycle.REFUSED,),
}


def filing_row(record: Record, manifest: dict[str, Any]) -> Iterator[ColumnFinding]:
    """The row of the filing itself: content, kind, asset, organisation and documents."""
    found = _filing(record.public_id)
    if found is None:
        if "office" in manifest["submitter"]:
            yield ColumnFinding("filing", record.public_id, None)
        return
    if found.content != manifest["fields"]:
        yield from _content(found.content or {}, manifest["fields"])
    yield from _differs("filing.kind", manifest["kind"], found.kind)
    yield from _differs("filing.asset", manifest["asset"], found.asset)
    yield from _differs("filing.organisation", record.organisation_id, found.organisation_id)
    yield from _differs("filing.record", record.id, found.record_id)
    held = sorted((role, document.sha256) for role, document in queries.attachments(found.id))
    yield from _differs(
        "filing.documents", sorted((item["role"], item["sha256"]) for item in manifest["documents"]), held
    )


def case_status(record: Record, manifest: dict[str, Any]) -> Iterator[ColumnFinding]:
    """The status of a registration follows from what was logged about it."""
    found = _filing(record.public_id)
    if found is None or found.kind != "registration":
        return
    expected = expected_statuses(queries.follow_ups(found.id))
    if found.status not in expected:
        yield ColumnFinding("filing.status", " / ".join(expected), found.status)


def expected_statuses(follow_ups: list[Filing]) -> tuple[str, ...]:
    """Statuses a case may have after these logged filings, read from their manifests' content."""
    if not follow_ups:
        return (lifecycle.SUBMITTED, lifecycle.UNDER_EXAMINATION)
    last = follow_ups[-1]
    if last.kind == "withdrawal":
        return (lifecycle.WITHDRAWN,)
    if last.kind == "office_decision":
        return AFTER_DECISION.get((last.content or {}).get("outcome", ""), ())
    return (lifecycle.ANSWERED, lifecycle.UNDER_EXAMINATION)


def register_entry(record: Record, manifest: dict[str, Any]) -> Iterator[ColumnFinding]:
    """Title, abstract, owners and shares of an asset, as the submission a registration was decided on says."""
    if manifest["fields"].get("outcome") != "register":
        return
    decided = _filing(manifest["fields"]["decided"])
    asset = (
        db.session.scalars(select(Asset).where(Asset.public_id == manifest["asset"]).options(joinedload(Asset.parties)))
        .unique()
        .one_or_none()
    )
    if decided is None or asset is None:
        yield ColumnFinding("asset", manifest["asset"], None)
        return
    content = decided.content or {}
    yield from _differs("asset.title", content.get("title"), asset.title)
    yield from _differs("asset.abstract", content.get("abstract", ""), asset.abstract)
    if not _title_moved(manifest["asset"]):
        yield from _differs("asset.owners", _owners(content), _held(asset))


def _title_moved(asset: str) -> bool:
    """Whether a later assignment set the owners; then its own check speaks for them."""
    moved = select(Filing.id).where(Filing.asset == asset, Filing.kind.in_(("assignment", "correction"))).limit(1)
    return db.session.scalar(moved) is not None


def _owners(content: dict[str, Any]) -> list[list[str]]:
    return [[owner["name"], owner["country"], str(parse_share(owner["share"]))] for owner in content.get("owners", [])]


def _held(asset: Asset) -> list[list[str]]:
    owners = sorted(asset.owners, key=lambda party: party.position)
    return [
        [one.name, one.country, str(parse_share(f"{one.share_numerator}/{one.share_denominator}"))] for one in owners
    ]


def _content(found: dict[str, Any], expected: dict[str, Any]) -> Iterator[ColumnFinding]:
    for name in sorted({*found, *expected}):
        yield from _differs(f"filing.{name}", expected.get(name), found.get(name))


def _differs(field: str, expected: object, found: object) -> Iterator[ColumnFinding]:
    if expected != found:
        yield ColumnFinding(field, expected, found)


def _filing(public_id: str) -> Filing | None:
    return db.session.scalars(select(Filing).where(Filing.public_id == public_id)).one_or_none()


for _kind in ("registration", "amendment", "withdrawal", "office_decision", "licence", "licence_end"):
    register_check(_kind, filing_row)
register_check("registration", case_status)
register_check("office_decision", register_entry)
