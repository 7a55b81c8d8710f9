"""Rights and agreements people read, held against the licence filings that set them. Run by the audit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ipplatform.domain.evidence.audit.findings import Words
from ipplatform.domain.evidence.columns import ColumnFinding, Item, differs, register_check
from ipplatform.domain.licensing import queries
from ipplatform.domain.licensing.models import Agreement
from ipplatform.domain.licensing.rules import lifecycle
from ipplatform.domain.licensing.services.execution import FILING, signature_evidence
from ipplatform.domain.rights import queries as rights
from ipplatform.domain.rights import rules
from ipplatform.domain.rights.models import Grant, held


def agreement_rows(items: Sequence[Item]) -> Iterator[ColumnFinding]:
    """The agreements: digest, parties, terms, state and both signatures."""
    agreements = queries.agreements_by_filing([item.public_id for item in items])
    for item in items:
        found, fields = agreements.get(item.public_id), item.fields
        if found is None:
            yield ColumnFinding(item, "agreement", fields.get("agreement"), None)
            continue
        yield from differs(item, "agreement.public_id", fields["agreement"], found.public_id)
        yield from differs(item, "agreement.sha256", fields["sha256"], found.sha256)
        yield from differs(item, "document.sha256", fields["sha256"], found.document.sha256)
        yield from differs(item, "agreement.licensor", fields["licensor"]["organisation"], found.licensor.public_id)
        yield from differs(item, "agreement.licensee", fields["licensee"]["organisation"], found.licensee.public_id)
        yield from differs(item, "agreement.asset", item.manifest["asset"], found.asset.public_id)
        yield from differs(item, "agreement.state", lifecycle.EXECUTED, found.state)
        yield from differs(item, "negotiation.state", lifecycle.EXECUTED, found.negotiation.state)
        yield from differs(item, "licence_offer.terms", fields["terms"], found.offer.terms)
        yield from _signatures(item, fields["signatures"], found)


def grant_rows(items: Sequence[Item]) -> Iterator[ColumnFinding]:
    """The ledger's rows, in the codes people read and in the integers the constraint compares."""
    grants = rights.grants_under_each([item.fields["agreement"] for item in items])
    subjects = {grant_id for found in grants.values() for grant in found for grant_id in grant.subject_to}
    names = rights.public_ids(sorted(subjects))
    for item in items:
        fields = item.fields
        found = {grant.public_id: grant for grant in grants.get(fields["agreement"], ())}
        yield from differs(item, "rights_grant", sorted(fields["grants"]), sorted(found))
        for public_id in fields["grants"]:
            if public_id in found:
                yield from _grant(item, found[public_id], names)


def _grant(item: Item, grant: Grant, names: dict[int, str]) -> Iterator[ColumnFinding]:
    fields, terms = item.fields, item.fields["terms"]
    agreed = {
        "asset": (item.manifest["asset"], grant.asset.public_id),
        "record_id": (item.id, grant.record_id),
        "licensor": (fields["licensor"]["organisation"], grant.licensor.public_id),
        "licensee": (fields["licensee"]["organisation"], grant.licensee.public_id if grant.licensee else None),
        "exclusivity": (terms["exclusivity"], grant.exclusivity),
        "acts": (sorted(terms["acts"]), sorted(grant.acts)),
        "territories": (sorted(terms["countries"]), sorted(grant.territories)),
        "fields": (sorted(terms["fields"]), sorted(grant.fields)),
        "start_date": (terms["start"], grant.start_date.isoformat()),
        "end_date": (terms["end"], grant.end_date.isoformat() if grant.end_date else None),
        "sublicensing": (terms["sublicensing"], grant.sublicensing),
        "subject_to": (sorted(terms["subject_to"]), sorted(names[one] for one in grant.subject_to if one in names)),
        "head_id": (None, grant.head_id),
    }
    for name, (expected, found) in agreed.items():
        yield from differs(item, f"rights_grant.{name}", expected, found)
    if grant.ended_at is None:
        yield from differs(item, "rights_grant.last_day", grant.end_date, grant.last_day)
    yield from _integers(item, grant)


def _integers(item: Item, grant: Grant) -> Iterator[ColumnFinding]:
    try:
        expected = {**held(grant.terms), "bars": rules.barring_ranges(grant.id, grant.terms)}
    except KeyError as unknown:
        yield ColumnFinding(item, "rights_grant", Words("codes of the lists"), Words(unknown.args[0]))
        return
    for name, value in expected.items():
        yield from differs(item, f"rights_grant.{name}", value, getattr(grant, name))


def _signatures(item: Item, expected: list[dict[str, Any]], found: Agreement) -> Iterator[ColumnFinding]:
    held_now = {one.organisation.public_id: signature_evidence(one) for one in found.signatures}
    for signature in expected:
        now_there = held_now.pop(signature["organisation"], None)
        if now_there is None:
            yield ColumnFinding(item, "agreement_signature", signature["organisation"], None)
            continue
        for name in signature:
            if name != "person_name":  # people may change their names; the statement keeps the one they signed with
                yield from differs(item, f"agreement_signature.{name}", signature[name], now_there.get(name))
    for organisation in held_now:
        yield ColumnFinding(item, "agreement_signature", None, organisation)


for _check in (agreement_rows, grant_rows):
    register_check(FILING, _check)
