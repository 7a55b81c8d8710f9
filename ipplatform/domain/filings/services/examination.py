"""Examination: a registrar takes a case, decides it in words, and the decision is a logged filing itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.audit import services as audit
from ipplatform.domain.evidence import queries as evidence
from ipplatform.domain.filings import kinds, queries
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.filings.permissions import DECIDE, EXAMINE
from ipplatform.domain.filings.rules import lifecycle
from ipplatform.domain.filings.services import notices
from ipplatform.domain.filings.services.entry import enter_in_register
from ipplatform.domain.filings.services.recording import submit_row
from ipplatform.domain.filings.services.words import checked_text
from ipplatform.foundation import clock
from ipplatform.foundation.db import db, lock_row
from ipplatform.foundation.errors import Conflict, Invalid, NotFound
from ipplatform.foundation.i18n import _l
from ipplatform.foundation.ids import new_public_id


def take(*, actor: Actor, filing_id: int) -> Filing:
    """Become the registrar on the case; Conflict while its newest record is not in a signed checkpoint."""
    case = _case(filing_id)
    require(EXAMINE, actor, case)
    if case.status == lifecycle.UNDER_EXAMINATION and case.registrar_id == actor.person_id:
        return case
    _require_step("take", case)
    states = evidence.inclusion_states([case.latest_record_id] if case.latest_record_id else [])
    if evidence.AWAITING in states.values():
        raise Conflict(_l("This filing is not yet in a signed checkpoint. Try again in a moment."), code="awaiting")
    case.status = lifecycle.step("take").target
    case.registrar_id = actor.person_id
    case.changed_at = clock.now()
    db.session.flush()
    _note(actor, case, "take")
    return case


def release(*, actor: Actor, filing_id: int) -> Filing:
    """Put a case back into the queue."""
    case = _case(filing_id)
    require(DECIDE, actor, case)
    _require_step("release", case)
    answered = queries.latest_submission(case).id != case.id
    case.status = lifecycle.ANSWERED if answered else lifecycle.SUBMITTED
    case.registrar_id = None
    case.changed_at = clock.now()
    db.session.flush()
    _note(actor, case, "release")
    return case


def decide(
    *, actor: Actor, filing_id: int, outcome: str, reasons: Sequence[Mapping[str, str]] = (), note: str = ""
) -> Filing:
    """Decide a case: register, deficient or refuse. Returns the decision, a filing of its own.

    `reasons` are {field, text}: field is a task's name, or empty for the whole. Deficient and refuse need one at least.
    """
    case = _case(filing_id)
    require(DECIDE, actor, case)
    if outcome not in lifecycle.DECISIONS:
        raise Invalid({"outcome": [_l("Choose a decision.")]})
    _require_step(outcome, case)
    given = _reasons(case, outcome, reasons)
    latest = queries.latest_submission(case)
    decision = _decision_row(actor, case)
    content = {
        "about": case.public_id,
        "decided": latest.public_id,
        "outcome": outcome,
        "reasons": given,
        "note": checked_text("note", note),
    }
    submit_row(actor=actor, filing=decision, content=content, attachments=[], office=True)
    if outcome == "register":
        asset = enter_in_register(case, latest, _moment(decision))
        case.asset_id = decision.asset_id = asset.id
    case.status = lifecycle.step(outcome).target
    case.latest_record_id = decision.record_id
    case.changed_at = clock.now()
    db.session.flush()
    _note(actor, case, "decide", outcome=outcome)
    notices.decided(case, outcome, given)
    return decision


def _moment(decision: Filing) -> datetime:
    assert decision.submitted_at is not None
    return decision.submitted_at


def _decision_row(actor: Actor, case: Filing) -> Filing:
    return Filing(
        public_id=new_public_id(),
        organisation_id=case.organisation_id,
        kind="office_decision",
        asset_kind=case.asset_kind,
        asset=case.asset,
        about_id=case.id,
        created_by_id=actor.person_id,
        fields={},
    )


def _reasons(case: Filing, outcome: str, reasons: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    names = {"", "documents", *(task.name for task in kinds.of(case.asset_kind).tasks)}
    given = []
    for index, reason in enumerate(reasons):
        text = checked_text(f"reasons.{index}.text", reason.get("text", ""))
        field = reason.get("field", "")
        if field not in names:
            raise Invalid({f"reasons.{index}.field": [_l("Choose what the reason is about.")]})
        if text:
            given.append({"field": field, "text": text})
    if outcome != "register" and not given:
        raise Invalid({"reasons": [_l("Give at least one reason in words.")]})
    return given


def _case(filing_id: int) -> Filing:
    case = lock_row(Filing, filing_id)
    if case is None or case.kind != "registration" or case.status == lifecycle.DRAFT:
        raise NotFound
    return case


def _require_step(action: str, case: Filing) -> None:
    if not lifecycle.may(action, case.status):
        raise Conflict(
            _l("The case has moved on; this is no longer possible."), code="status", detail={"status": case.status}
        )


def _note(actor: Actor, case: Filing, verb: str, **detail: Any) -> None:
    audit.record(actor=actor, action=f"filing.{verb}", subject_kind="filing", subject=case.public_id, **detail)
