"""Requests for erasure: asked by the holder or entered for a person, approved by two, executed by the second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import Permission, require
from ipplatform.domain.accounts.models import Person
from ipplatform.domain.audit import services as trail
from ipplatform.domain.evidence import services as evidence
from ipplatform.domain.evidence.erasure import destroying, journal, notices, queries, rules, scoping
from ipplatform.domain.evidence.erasure.models import ErasureApproval, ErasureRequest
from ipplatform.domain.evidence.erasure.permissions import DECIDE, REQUEST, SEE
from ipplatform.domain.evidence.erasure.subjects import Item
from ipplatform.domain.evidence.manifest import timestamp
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation import clock
from ipplatform.foundation.db import db, lock_row
from ipplatform.foundation.errors import Conflict, Forbidden, Invalid, NotFound
from ipplatform.foundation.i18n import _l

FAULTS: dict[str, Any] = {
    "own_request": _l("You made this request yourself. Two other people of the office have to approve it."),
    "same_person": _l("You have approved this already. A second person of the office has to approve it too."),
}
MOVED_ON = _l("This request has been decided or withdrawn; nothing more can be done with it.")
OPEN_ALREADY = _l("There is an open request for the erasure of this case already.")


def request(*, actor: Actor, filing: str, ground: str, words: str) -> ErasureRequest:
    """The organisation's administrator asks for a case (any filing of it) to be erased. Conflict says what is against it."""
    return _open(actor, filing, ground, words, origin="holder", permission=REQUEST)


def enter(*, actor: Actor, filing: str, ground: str, words: str) -> ErasureRequest:
    """A registrar enters a person's written request; `words` say whose and where it is kept."""
    return _open(actor, filing, ground, words, origin="office", permission=DECIDE)


def approve(*, actor: Actor, request: str) -> ErasureRequest:
    """Give the first approval, or the second, which executes. Both by registrars who neither asked nor belong to the holder.

    Forbidden (own_request, same_person), Conflict (legal_hold, state, or what else stands against it).
    """
    found = locked(request)
    require(DECIDE, actor, found)
    action = "confirm" if found.state == rules.APPROVED else "approve"
    _require_step(action, found)
    approvers = [approval.person_id for approval in found.approvals]
    fault = rules.approval_fault(actor.person_id, requester_id=found.requested_by_id, approvers=approvers)
    if fault is not None:
        raise Forbidden(FAULTS[fault], code=fault)
    case = scoping.case_of(found.record.public_id)
    scoping.require_no_hold(case.records)
    scoping.require_none(case.obstacles)
    assert actor.person_id is not None
    found.approvals.append(ErasureApproval(number=len(approvers) + 1, person_id=actor.person_id, at=clock.now()))
    found.state = rules.step(action).target if action == "approve" else found.state
    db.session.flush()
    _note(actor, found, action)
    if action == "confirm":
        _execute(found, case.records)
    return found


def refuse(*, actor: Actor, request: str, because: str, words: str) -> ErasureRequest:
    """Refuse with a ground of the law and words, which go back to who asked. Not by who entered the request."""
    found = locked(request)
    require(DECIDE, actor, found)
    _require_step("refuse", found)
    if actor.person_id == found.requested_by_id:
        raise Forbidden(FAULTS["own_request"], code="own_request")
    if because not in rules.REFUSALS:
        raise Invalid({"because": [_l("Choose a reason.")]})
    found.state, found.refused_because, found.refusal = rules.REFUSED, because, words
    found.decided_at = clock.now()
    db.session.flush()
    _note(actor, found, "refuse", because=because)
    notices.refused(found)
    return found


def withdraw(*, actor: Actor, request: str) -> ErasureRequest:
    """Take a request back before it is executed: the organisation its own, the registrar the one entered."""
    found = locked(request)
    require(REQUEST if found.origin == "holder" else DECIDE, actor, found)
    if found.origin == "office" and actor.person_id != found.requested_by_id:
        raise Forbidden
    _require_step("withdraw", found)
    found.state, found.decided_at, found.words = rules.WITHDRAWN, clock.now(), None
    db.session.flush()
    _note(actor, found, "withdraw")
    return found


def read(*, actor: Actor, request: str) -> ErasureRequest:
    """The request for its organisation and the office; an auditor's reading is recorded."""
    found = queries.request(request)
    if found is None:
        raise NotFound
    require(SEE, actor, found)
    if "auditor" in actor.office:
        trail.record_read(
            actor=actor, action="erasure.read", subject_kind="erasure", subject=found.public_id, role=trail.AUDITOR
        )
    return found


def locked(public_id: str) -> ErasureRequest:
    """The request with its case locked; NotFound. Whoever waited for the lock sees what the other did."""
    found = queries.request(public_id)
    if found is None:
        raise NotFound
    scoping.lock(found.record)
    lock_row(ErasureRequest, found.id)
    db.session.refresh(found, ["approvals"])
    return found


def _open(actor: Actor, filing: str, ground: str, words: str, *, origin: str, permission: Permission) -> ErasureRequest:
    case = scoping.case_of(filing)
    require(permission, actor, case.main)
    if ground not in rules.GROUNDS:
        raise Invalid({"ground": [_l("Choose a reason.")]})
    scoping.lock(case.main)
    scoping.require_none(case.obstacles)
    if _is_open(case.main):
        raise Conflict(OPEN_ALREADY, code="open_already")
    assert actor.person_id is not None
    assert case.main.organisation_id is not None
    found = ErasureRequest(
        record=case.main,
        organisation_id=case.main.organisation_id,
        origin=origin,
        ground=ground,
        words=words,
        requested_by_id=actor.person_id,
        requested_at=clock.now(),
    )
    db.session.add(found)
    db.session.flush()
    _note(actor, found, "request", ground=ground)
    return found


def _is_open(record: Record) -> bool:
    same = select(ErasureRequest.id).where(ErasureRequest.record_id == record.id, ErasureRequest.state.in_(rules.OPEN))
    return db.session.scalar(same) is not None


def _execute(found: ErasureRequest, records: Sequence[Record]) -> None:
    """One transaction: the erase record, everything emptied, the job for the files, the answer to who asked."""
    erase = evidence.append(
        organisation_id=None,
        filing=found.public_id,
        kind=rules.KIND,
        asset=found.record.asset,
        submitter={"office": True, "person": None},
        fields=_manifest_fields(found, records),
        documents=(),
        idempotency_key=f"erasure/{found.public_id}",
        leaf_kind=rules.LEAF,
    )
    journal.write(erase)
    found.state, found.erase_record_id = rules.EXECUTED, erase.id
    found.decided_at, found.words = erase.created_at, None
    db.session.flush()
    destroying.destroy(erase)
    db.session.expire_all()
    notices.executed(found)


def _manifest_fields(found: ErasureRequest, records: Sequence[Record]) -> dict[str, Any]:
    """No personal content: public ids alone name the filings and the two who approved."""
    people = select(Person.id, Person.public_id).where(Person.id.in_([one.person_id for one in found.approvals]))
    names = {row.id: row.public_id for row in db.session.execute(people)}
    return {
        "request": found.public_id,
        "origin": found.origin,
        "ground": found.ground,
        "requested_at": timestamp(found.requested_at),
        "approved_by": [names[one.person_id] for one in found.approvals],
        "erased": [
            Item(
                record.public_id, record.kind, record.asset, record.commitment.hex(), timestamp(record.created_at)
            ).as_json
            for record in records
        ],
    }


def _require_step(action: str, found: ErasureRequest) -> None:
    if not rules.may(action, found.state):
        raise Conflict(MOVED_ON, code="state", detail={"state": found.state})


def _note(actor: Actor, found: ErasureRequest, verb: str, **detail: Any) -> None:
    trail.record(actor=actor, action=f"erasure.{verb}", subject_kind="erasure", subject=found.public_id, **detail)
