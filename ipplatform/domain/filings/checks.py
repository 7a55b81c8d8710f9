"""What people read of filings, held against their manifests and the decisions on them. Run by the audit in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from ipplatform.domain.assets.rules import KINDS
from ipplatform.domain.evidence.audit.findings import Words
from ipplatform.domain.evidence.audit.rows import is_moment, spelled, text_of
from ipplatform.domain.evidence.columns import ColumnFinding, Item, differs, register_check, unopened
from ipplatform.domain.filings.register_checks import register_entries
from ipplatform.domain.filings.rules import lifecycle
from ipplatform.domain.filings.stored import (
    DOCUMENT,
    UNOPENED,
    Documents,
    FollowUp,
    Row,
    attached_documents,
    kept_keys,
    logged_follow_ups,
    stored_filings,
)
from ipplatform.foundation.db import is_sqlite

CASE = "registration"
AFTER_DECISION = {
    "register": (lifecycle.REGISTERED,),
    "deficient": (lifecycle.DEFICIENT,),
    "refuse": (lifecycle.REFUSED,),
}


def filing_rows(items: Sequence[Item]) -> Iterator[ColumnFinding]:
    """The rows of the filings themselves: content, kind, asset, organisation and documents."""
    rows = stored_filings(items)
    found, by_record = {row.public_id: row for row in rows}, {row.record_id: row for row in rows}
    yield from _case_statuses(items, found)
    attached, kept = attached_documents([row.id for row in rows]), kept_keys([item.id for item in items])
    moment_of = spelled if is_sqlite() else datetime.fromisoformat
    for item in items:
        row = found.get(item.public_id) or by_record.get(item.id)
        if row is None:
            if "office" in item.manifest["submitter"]:
                yield ColumnFinding(item, "filing", item.public_id, None)
            continue
        documents = item.manifest["documents"]
        listed = (
            sorted(_document(one, kept.get((item.id, at))) for at, one in enumerate(documents)) if documents else []
        )
        held = sorted(attached.get(row.id, ()))
        if not _agrees(item, row, listed, held, moment_of):
            yield from _row(item, row, listed, held)


def _document(said: dict[str, Any], storage_key: str | None) -> tuple[str, ...]:
    return (said["role"], *(str(said[name]) for name in DOCUMENT), storage_key or "")


def _agrees(item: Item, row: Row, listed: Documents, attached: Documents, moment_of: Callable[[str], Any]) -> bool:
    """All of `_row` at once, for nearly every record is whole; a doubt is answered with False."""
    manifest = item.manifest
    asset, kind = manifest["asset"], manifest["kind"]
    return bool(
        row.content == manifest["fields"]
        and row.kind == kind
        and row.asset == asset
        and row.organisation_id == item.organisation_id
        and row.record_id == item.id
        and row.public_id == item.public_id
        and row.submitted_at == moment_of(manifest["submitted_at"])
        and (kind == CASE or row.status == lifecycle.SUBMITTED)
        and row.asset_kind in KINDS
        and (row.asset_id is None or row.entry == asset)
        and row.about_id is None
        and listed == attached
    )


def _row(item: Item, row: Row, listed: Documents, attached: Documents) -> Iterator[ColumnFinding]:
    manifest = item.manifest
    if row.content is UNOPENED:
        yield unopened(item, "filing.content")
    elif row.content != manifest["fields"]:
        yield from _content(item, row.content or {})
    yield from differs(item, "filing.kind", manifest["kind"], row.kind)
    yield from differs(item, "filing.asset", manifest["asset"], row.asset)
    yield from differs(item, "filing.organisation", item.organisation_id, row.organisation_id)
    yield from differs(item, "filing.record", item.id, row.record_id)
    yield from differs(item, "filing.documents", listed, attached)
    yield from _further(item, row)


def _further(item: Item, row: Row) -> Iterator[ColumnFinding]:
    """The number, when it was submitted, its status, its kind of IP, the entry it belongs to and the case it is about."""
    yield from differs(item, "filing.public_id", item.public_id, row.public_id)
    submitted_at = datetime.fromisoformat(item.manifest["submitted_at"])
    if not is_moment(text_of(row.submitted_at), submitted_at):
        yield ColumnFinding(item, "filing.submitted_at", submitted_at, text_of(row.submitted_at))
    if row.kind != CASE:
        yield from _status(item, (lifecycle.SUBMITTED,), row.status)
    if row.asset_kind not in KINDS:
        yield ColumnFinding(item, "filing.asset_kind", Words("a kind of IP"), Words(row.asset_kind))
    if row.asset_id is not None:
        yield from differs(item, "filing.asset_id", item.manifest["asset"], row.entry)
    if row.about_id is not None:
        said = (item.fields.get("about", row.about), item.manifest["asset"])
        yield from differs(item, "filing.about_id", said, (row.about, row.about_asset))


def _case_statuses(items: Sequence[Item], found: dict[str, Row]) -> Iterator[ColumnFinding]:
    """The status of a registration follows from what was logged about it."""
    cases = [(item, found[item.public_id]) for item in items if item.kind == CASE and item.public_id in found]
    logged = logged_follow_ups([row.id for _item, row in cases])
    for item, row in cases:
        yield from _status(item, expected_statuses(logged.get(row.id, ())), row.status)


def _status(item: Item, allowed: Sequence[str], found: str) -> Iterator[ColumnFinding]:
    """Statuses are words of a list: which byte of one differs says nothing."""
    if found not in allowed:
        listed = f"one of: {', '.join(allowed)}" if len(allowed) > 1 else "".join(allowed) or "none"
        yield ColumnFinding(item, "filing.status", Words(listed), Words(found))


def expected_statuses(follow_ups: Sequence[FollowUp]) -> tuple[str, ...]:
    """Statuses a case may have after these logged filings, oldest first."""
    if not follow_ups:
        return (lifecycle.SUBMITTED, lifecycle.UNDER_EXAMINATION)
    last = follow_ups[-1]
    if last.kind == "withdrawal":
        return (lifecycle.WITHDRAWN,)
    if last.content is UNOPENED and last.kind == "office_decision":
        return tuple(status for statuses in AFTER_DECISION.values() for status in statuses)
    if last.kind == "office_decision":
        return AFTER_DECISION.get((last.content or {}).get("outcome", ""), ())
    return (lifecycle.ANSWERED, lifecycle.UNDER_EXAMINATION)


def _content(item: Item, found: dict[str, Any]) -> Iterator[ColumnFinding]:
    for name in sorted({*found, *item.fields}):
        yield from differs(item, f"filing.{name}", item.fields.get(name), found.get(name))


for _kind in (CASE, "amendment", "withdrawal", "office_decision", "licence", "licence_end"):
    register_check(_kind, filing_rows)
register_check("office_decision", register_entries)
