"""Pure decisions about erasure: grounds in law, the life of a request, and who may be the two who approve it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ipplatform.foundation.i18n import _l

REQUESTED, APPROVED, EXECUTED, COMPLETED = "requested", "approved", "executed", "completed"
REFUSED, WITHDRAWN = "refused", "withdrawn"
STATES = (REQUESTED, APPROVED, EXECUTED, COMPLETED, REFUSED, WITHDRAWN)
OPEN = (REQUESTED, APPROVED)
KIND, LEAF = "erasure", "erase"

# GDPR art. 17(1) (a) to (e); PIPL art. 47 (1) to (5).
GROUND_LABELS: Mapping[str, Any] = {
    "purpose_ended": _l("No longer needed for the purpose (GDPR art. 17(1)(a), PIPL art. 47(1))"),
    "service_ended": _l("The service or the storage period has ended (PIPL art. 47(2))"),
    "consent_withdrawn": _l("Consent was withdrawn (GDPR art. 17(1)(b), PIPL art. 47(3))"),
    "objection": _l("A person objects to the processing (GDPR art. 17(1)(c))"),
    "unlawful": _l("It was processed unlawfully (GDPR art. 17(1)(d), PIPL art. 47(4))"),
    "legal_obligation": _l("A law or a court demands it (GDPR art. 17(1)(e), PIPL art. 47(5))"),
}
STATE_LABELS: Mapping[str, Any] = {
    REQUESTED: _l("Awaiting two approvals"),
    APPROVED: _l("Awaiting the second approval"),
    EXECUTED: _l("Erased; files are being destroyed"),
    COMPLETED: _l("Completed"),
    REFUSED: _l("Refused"),
    WITHDRAWN: _l("Withdrawn"),
}
GROUNDS = tuple(GROUND_LABELS)
# GDPR art. 17(3); PIPL art. 47, last sentence.
REFUSAL_LABELS: Mapping[str, Any] = {
    "legal_duty": _l("The law obliges the office to keep it (GDPR art. 17(3)(b))"),
    "public_interest": _l("Archiving in the public interest (GDPR art. 17(3)(d))"),
    "legal_claims": _l("Needed for legal claims (GDPR art. 17(3)(e))"),
    "no_ground": _l("None of the grounds of the law applies"),
    "identity": _l("Who asks, or for whom, could not be established"),
}
REFUSALS = tuple(REFUSAL_LABELS)


@dataclass(frozen=True, slots=True)
class Step:
    """`permission` names the row of permissions.PERMISSIONS that says who may."""

    action: str
    sources: tuple[str, ...]
    target: str
    permission: str


STEPS = (
    Step("approve", (REQUESTED,), APPROVED, "decide"),
    Step("confirm", (APPROVED,), EXECUTED, "decide"),
    Step("refuse", OPEN, REFUSED, "decide"),
    Step("withdraw", OPEN, WITHDRAWN, "withdraw"),
    Step("complete", (EXECUTED,), COMPLETED, "system"),
)
_BY_ACTION = {step.action: step for step in STEPS}


def step(action: str) -> Step:
    """The table's row; KeyError for an unknown action."""
    return _BY_ACTION[action]


def may(action: str, state: str) -> bool:
    return state in _BY_ACTION[action].sources


def approval_fault(person_id: int | None, *, requester_id: int, approvers: Collection[int]) -> str | None:
    """Why a person cannot give the next approval: `own_request`, `same_person`, or None when they can."""
    if person_id is None or person_id == requester_id:
        return "own_request"
    return "same_person" if person_id in approvers else None


def lift_fault(person_id: int | None, *, asked_by_id: int | None) -> str | None:
    """Why a person cannot lift a hold: nobody asked yet, or they asked themselves."""
    if asked_by_id is None:
        return "not_asked"
    return "same_person" if person_id is None or person_id == asked_by_id else None


def in_force(*, lifted: bool, until: date | None, today: date) -> bool:
    """A hold ends when it is lifted, or after its last day."""
    return not lifted and (until is None or until >= today)
