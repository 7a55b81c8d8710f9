"""The life of a negotiation as a table: action, from, to, who."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ipplatform.foundation.i18n import _l

INQUIRY, OFFERED, EXPIRED, AGREED, REOPENED = "inquiry", "offered", "expired", "agreed", "reopened"
EXECUTED, DECLINED, WITHDRAWN = "executed", "declined", "withdrawn"
STATES = (INQUIRY, OFFERED, EXPIRED, AGREED, REOPENED, EXECUTED, DECLINED, WITHDRAWN)
OPEN_STATES = (INQUIRY, OFFERED, EXPIRED, AGREED, REOPENED)
STATE_LABELS: Mapping[str, Any] = {
    INQUIRY: _l("Inquiry"),
    OFFERED: _l("Offer open"),
    EXPIRED: _l("Offer expired"),
    AGREED: _l("Agreed, to be signed"),
    REOPENED: _l("Reopened"),
    EXECUTED: _l("Licence in force"),
    DECLINED: _l("Declined"),
    WITHDRAWN: _l("Withdrawn"),
}

EITHER, MOVER, RESPONDENT, SYSTEM = "either", "mover", "respondent", "system"
"""``mover`` made the last move (the inquiry or the offer on the table); ``respondent`` is the other side."""

AWAITING, VOID = "awaiting", "void"
AGREEMENT_STATES = (AWAITING, EXECUTED, VOID)

DECLINE_REASONS: Mapping[str, Any] = {
    "too_early": _l("Too early for us"),
    "benefit_unclear": _l("The benefit is unclear"),
    "no_commercial_route": _l("No commercial route"),
    "description_unclear": _l("The description is unclear"),
    "not_our_field": _l("Not our field"),
    "price": _l("The price"),
    "territory": _l("The territory"),
    "terms": _l("Other terms"),
}


@dataclass(frozen=True, slots=True)
class Action:
    """``target`` None leaves the state as it is. ``permission`` names an entry of ``permissions.PERMISSIONS``."""

    name: str
    sources: tuple[str, ...]
    target: str | None
    who: str
    permission: str = "negotiate"


ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action("message", OPEN_STATES, None, EITHER),
        Action("offer", (INQUIRY, EXPIRED, REOPENED), OFFERED, EITHER),
        Action("counter", (OFFERED,), OFFERED, RESPONDENT),
        Action("accept", (OFFERED,), AGREED, RESPONDENT),
        Action("decline", (INQUIRY, OFFERED), DECLINED, RESPONDENT),
        Action("end", (EXPIRED, REOPENED, AGREED), DECLINED, EITHER),
        Action("withdraw", (INQUIRY, OFFERED), WITHDRAWN, MOVER),
        Action("sign", (AGREED,), None, EITHER, "sign"),
        Action("expire", (OFFERED,), EXPIRED, SYSTEM),
        Action("execute", (AGREED,), EXECUTED, SYSTEM),
        Action("reopen", (AGREED,), REOPENED, SYSTEM),
    )
}
INQUIRE = "inquire"
ACTION_LABELS: Mapping[str, Any] = {
    INQUIRE: _l("Inquiry"),
    "message": _l("Message"),
    "offer": _l("Offer"),
    "counter": _l("Counter-offer"),
    "accept": _l("Offer accepted"),
    "decline": _l("Declined"),
    "end": _l("Ended without a licence"),
    "withdraw": _l("Withdrawn"),
    "sign": _l("Signed"),
    "expire": _l("Offer expired"),
    "execute": _l("Licence granted and recorded"),
    "reopen": _l("Reopened: the rights were no longer free"),
}


def may(action: str, *, state: str, is_mover: bool) -> bool:
    """Whether a party may take ``action`` in ``state``; the system's own actions are never a party's."""
    found = ACTIONS[action]
    sides = {EITHER: True, MOVER: is_mover, RESPONDENT: not is_mover, SYSTEM: False}
    return state in found.sources and sides[found.who]


def possible(*, state: str, is_mover: bool) -> tuple[str, ...]:
    return tuple(action for action in ACTIONS if may(action, state=state, is_mover=is_mover))
