"""Requests and approvals of erasures that were executed, against the erase records that tell of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from ipplatform.domain.accounts.models import Person
from ipplatform.domain.evidence.audit.findings import Words
from ipplatform.domain.evidence.audit.rows import is_moment, moment, raw_text, text_of
from ipplatform.domain.evidence.columns import ColumnFinding, Item, differs
from ipplatform.domain.evidence.erasure import rules
from ipplatform.domain.evidence.erasure.models import ErasureApproval, ErasureRequest
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import among, db

TEXTS = ("public_id", "origin", "ground", "state", "requested_at", "decided_at")
Row = dict[str, Any]


def decisions(items: Sequence[Item]) -> Iterator[ColumnFinding]:
    """The request of each erase record, where this database still has it: a replayed one came from a later database."""
    found = _requests(items)
    approvals = _approvals([row["id"] for row in found.values()])
    for item in items:
        row = found.get(item.id)
        if row is not None:
            yield from _request(item, row)
            expected = list(enumerate(item.fields["approved_by"], 1))
            yield from differs(item, "erasure_approval", expected, approvals[row["id"]])


def _requests(items: Sequence[Item]) -> dict[int, Row]:
    """By the erase record's id, whether the request still names the record, or only the record the request."""
    wanted = {item.fields["request"]: item.id for item in items}
    texts = [raw_text(getattr(ErasureRequest, name).expression).label(name) for name in TEXTS]
    plain = (ErasureRequest.id, ErasureRequest.erase_record_id, ErasureRequest.organisation_id)
    case = (raw_text(Record.public_id.expression).label("case"), Record.organisation_id.label("holder"))
    statement: Any = select(*plain, *texts, *case).outerjoin(Record, Record.id == ErasureRequest.record_id)
    named = among(ErasureRequest.public_id, list(wanted)) | among(ErasureRequest.erase_record_id, list(wanted.values()))
    found: dict[int, Row] = {}
    for one in db.session.execute(statement.where(named)).mappings():
        row = {name: text_of(one[name]) if name in (*TEXTS, "case") else one[name] for name in one}
        found[wanted.get(row["public_id"], row["erase_record_id"])] = row
    return found


def _request(item: Item, row: Row) -> Iterator[ColumnFinding]:
    fields = item.fields
    if row["state"] not in (rules.EXECUTED, rules.COMPLETED):
        yield ColumnFinding(item, "erasure_request.state", rules.COMPLETED, row["state"])
    for name, expected in (
        ("public_id", fields["request"]),
        ("origin", fields["origin"]),
        ("ground", fields["ground"]),
    ):
        yield from differs(item, f"erasure_request.{name}", expected, row[name])
    yield from differs(item, "erasure_request.erase_record_id", item.id, row["erase_record_id"])
    yield from differs(item, "erasure_request.organisation_id", row["holder"], row["organisation_id"])
    if row["case"] not in {one["filing"] for one in fields["erased"]}:
        yield ColumnFinding(item, "erasure_request.record_id", Words("one of the erased filings"), Words(row["case"]))
    asked, expected = moment(row["requested_at"]), datetime.fromisoformat(fields["requested_at"])
    yield from differs(item, "erasure_request.requested_at", expected, asked and asked.replace(microsecond=0))
    decided = datetime.fromisoformat(item.manifest["submitted_at"])
    if not is_moment(row["decided_at"], decided):
        yield ColumnFinding(item, "erasure_request.decided_at", decided, row["decided_at"])


def _approvals(requests: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    held: dict[int, list[tuple[int, str]]] = defaultdict(list)
    rows = select(ErasureApproval.request_id, ErasureApproval.number, Person.public_id).join(
        Person, Person.id == ErasureApproval.person_id
    )
    for request, number, person in db.session.execute(
        rows.where(among(ErasureApproval.request_id, list(requests))).order_by(ErasureApproval.number)
    ):
        held[request].append((number, person))
    return held
