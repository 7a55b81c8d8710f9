"""Rights and agreements people read, held against the licence filings that set them. Run by the audit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ipplatform.domain.evidence.columns import ColumnFinding, register_check
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.licensing import queries
from ipplatform.domain.licensing.models import Agreement
from ipplatform.domain.licensing.rules import lifecycle
from ipplatform.domain.licensing.services.execution import FILING, signature_evidence
from ipplatform.domain.rights import queries as rights
from ipplatform.domain.rights import rules
from ipplatform.domain.rights.models import Grant, held


def agreement_row(record: Record, manifest: dict[str, Any]) -> Iterator[ColumnFinding]:
    """The agreement: digest, parties, terms, state and both signatures."""
    fields = manifest["fields"]
    found = queries.agreement_by_filing(record.public_id)
    if found is None:
        yield ColumnFinding("agreement", fields.get("agreement"), None)
        return
    yield from _differs("agreement.public_id", fields["agreement"], found.public_id)
    yield from _differs("agreement.sha256", fields["sha256"], found.sha256)
    yield from _differs("document.sha256", fields["sha256"], found.document.sha256)
    yield from _differs("agreement.licensor", fields["licensor"]["organisation"], found.licensor.public_id)
    yield from _differs("agreement.licensee", fields["licensee"]["organisation"], found.licensee.public_id)
    yield from _differs("agreement.asset", manifest["asset"], found.asset.public_id)
    yield from _differs("agreement.state", lifecycle.EXECUTED, found.state)
    yield from _differs("negotiation.state", lifecycle.EXECUTED, found.negotiation.state)
    yield from _differs("licence_offer.terms", fields["terms"], found.offer.terms)
    yield from _signatures(fields["signatures"], found)


def grant_rows(record: Record, manifest: dict[str, Any]) -> Iterator[ColumnFinding]:
    """The ledger's rows, in the codes people read and in the integers the constraint compares."""
    fields = manifest["fields"]
    found = {grant.public_id: grant for grant in rights.grants_under(fields["agreement"])}
    yield from _differs("rights_grant", sorted(fields["grants"]), sorted(found))
    for public_id in fields["grants"]:
        if public_id in found:
            yield from _grant(record, manifest, found[public_id])


def _grant(record: Record, manifest: dict[str, Any], grant: Grant) -> Iterator[ColumnFinding]:
    fields, terms = manifest["fields"], manifest["fields"]["terms"]
    agreed = {
        "asset": (manifest["asset"], grant.asset.public_id),
        "record_id": (record.id, grant.record_id),
        "licensor": (fields["licensor"]["organisation"], grant.licensor.public_id),
        "licensee": (fields["licensee"]["organisation"], grant.licensee.public_id if grant.licensee else None),
        "exclusivity": (terms["exclusivity"], grant.exclusivity),
        "acts": (sorted(terms["acts"]), sorted(grant.acts)),
        "territories": (sorted(terms["countries"]), sorted(grant.territories)),
        "fields": (sorted(terms["fields"]), sorted(grant.fields)),
        "start_date": (terms["start"], grant.start_date.isoformat()),
        "end_date": (terms["end"], grant.end_date.isoformat() if grant.end_date else None),
        "sublicensing": (terms["sublicensing"], grant.sublicensing),
        "subject_to": (sorted(terms["subject_to"]), sorted(rights.public_ids(grant.subject_to))),
        "head_id": (None, grant.head_id),
    }
    for name, (expected, found) in agreed.items():
        yield from _differs(f"rights_grant.{name}", expected, found)
    if grant.ended_at is None:
        yield from _differs("rights_grant.last_day", grant.end_date, grant.last_day)
    yield from _integers(grant)


def _integers(grant: Grant) -> Iterator[ColumnFinding]:
    try:
        expected = {**held(grant.terms), "bars": rules.barring_ranges(grant.id, grant.terms)}
    except KeyError as unknown:
        yield ColumnFinding("rights_grant", "codes of the lists", str(unknown.args[0]))
        return
    for name, value in expected.items():
        yield from _differs(f"rights_grant.{name}", value, getattr(grant, name))


def _signatures(expected: list[dict[str, Any]], found: Agreement) -> Iterator[ColumnFinding]:
    held_now = {one.organisation.public_id: signature_evidence(one) for one in found.signatures}
    for signature in expected:
        now_there = held_now.pop(signature["organisation"], None)
        if now_there is None:
            yield ColumnFinding("agreement_signature", signature["organisation"], None)
            continue
        for name in signature:
            if name != "person_name":  # people may change their names; the statement keeps the one they signed with
                yield from _differs(f"agreement_signature.{name}", signature[name], now_there.get(name))
    for organisation in held_now:
        yield ColumnFinding("agreement_signature", None, organisation)


def _differs(field: str, expected: object, found: object) -> Iterator[ColumnFinding]:
    if expected != found:
        yield ColumnFinding(field, expected, found)


for _check in (agreement_row, grant_rows):
    register_check(FILING, _check)
