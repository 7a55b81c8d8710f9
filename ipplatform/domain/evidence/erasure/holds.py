"""Legal holds: placed by one registrar, lifted by two."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.audit import services as trail
from ipplatform.domain.evidence.erasure import queries, rules, scoping
from ipplatform.domain.evidence.erasure.models import LegalHold
from ipplatform.domain.evidence.erasure.permissions import DECIDE, SEE_HOLD
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation import clock
from ipplatform.foundation.db import db, lock_row
from ipplatform.foundation.errors import Conflict, Forbidden, Invalid, NotFound
from ipplatform.foundation.i18n import _l

FAULTS: dict[str, Any] = {
    "not_asked": _l("Somebody has to ask for this hold to be lifted first."),
    "same_person": _l("You asked for this hold to be lifted. A second person of the office has to lift it."),
}
ENDED = _l("This hold has ended.")


def place(
    *, actor: Actor, subject: str, reason: str, authority: str, reference: str, until: date | None = None
) -> LegalHold:
    """Hold a filing or an asset (public id) against erasure. NotFound for neither; Invalid for a last day that is over."""
    record, kind = _subject(subject)
    require(DECIDE, actor, record)
    if until is not None and until < clock.today():
        raise Invalid({"until": [_l("This day is over. Leave it empty for a hold without an end.")]})
    scoping.lock(record)
    assert actor.person_id is not None
    assert record.organisation_id is not None
    found = LegalHold(
        subject_kind=kind,
        subject=subject,
        organisation_id=record.organisation_id,
        reason=reason,
        authority=authority,
        reference=reference,
        until=until,
        placed_by_id=actor.person_id,
        placed_at=clock.now(),
    )
    db.session.add(found)
    db.session.flush()
    _note(actor, found, "place")
    return found


def ask_to_lift(*, actor: Actor, hold: str, reason: str) -> LegalHold:
    """The first of two: says why the hold should end. Asking anew replaces who asked and why."""
    found = _locked(hold)
    require(DECIDE, actor, found)
    found.lift_reason, found.lift_asked_by_id, found.lift_asked_at = reason, actor.person_id, clock.now()
    db.session.flush()
    _note(actor, found, "ask_to_lift")
    return found


def lift(*, actor: Actor, hold: str) -> LegalHold:
    """The second of two, never the one who asked. Forbidden (same_person), Conflict (not_asked, ended)."""
    found = _locked(hold)
    require(DECIDE, actor, found)
    fault = rules.lift_fault(actor.person_id, asked_by_id=found.lift_asked_by_id)
    if fault is not None:
        refused = Conflict if fault == "not_asked" else Forbidden
        raise refused(FAULTS[fault], code=fault)
    found.lifted_by_id, found.lifted_at = actor.person_id, clock.now()
    db.session.flush()
    _note(actor, found, "lift")
    return found


def read(*, actor: Actor, hold: str) -> LegalHold:
    """A hold with its reason, for the office; an auditor's reading is recorded."""
    found = queries.hold(hold)
    if found is None:
        raise NotFound
    require(SEE_HOLD, actor, found)
    if "auditor" in actor.office:
        trail.record_read(
            actor=actor, action="hold.read", subject_kind="hold", subject=found.public_id, role=trail.AUDITOR
        )
    return found


def _subject(subject: str) -> tuple[Record, str]:
    """The record that says whose it is: the filing's own, or the asset's first."""
    record = db.session.scalars(select(Record).where(Record.public_id == subject)).one_or_none()
    if record is not None and record.organisation_id is not None:
        return record, "filing"
    first = (
        select(Record).where(Record.asset == subject, Record.organisation_id.is_not(None)).order_by(Record.id).limit(1)
    )
    record = db.session.scalars(first).one_or_none()
    if record is None:
        raise NotFound(_l("There is no filing and no asset of this number."))
    return record, "asset"


def _locked(public_id: str) -> LegalHold:
    found = queries.hold(public_id)
    if found is None:
        raise NotFound
    lock_row(LegalHold, found.id)
    if not rules.in_force(lifted=found.lifted_at is not None, until=found.until, today=clock.today()):
        raise Conflict(ENDED, code="ended")
    return found


def _note(actor: Actor, found: LegalHold, verb: str) -> None:
    trail.record(actor=actor, action=f"hold.{verb}", subject_kind="hold", subject=found.public_id, about=found.subject)
