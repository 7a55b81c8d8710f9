"""What every step of a negotiation begins and ends with: the locked row, the permission, the thread, the mail."""

from __future__ import annotations

from typing import Any

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.audit import services as audit
from ipplatform.domain.licensing import queries
from ipplatform.domain.licensing.models import Negotiation, Offer, Step
from ipplatform.domain.licensing.permissions import PERMISSIONS
from ipplatform.domain.licensing.rules import lifecycle
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db, lock_row
from ipplatform.foundation.errors import Conflict, NotFound
from ipplatform.foundation.i18n import _l

NOT_NOW = _l(
    "This cannot be done at this point of the negotiation. Read what has happened since, and go on from there."
)
OFFER_CHANGED = _l("Another offer has been made since you opened this page. Read it before you answer.")


def locked(negotiation_id: int) -> Negotiation:
    """The negotiation, locked; an offer past its last day is put down as expired."""
    found = lock_row(Negotiation, negotiation_id)
    if found is None:
        raise NotFound
    offer = queries.current_offer(found)
    if found.state == lifecycle.OFFERED and queries.state_of(found, offer) == lifecycle.EXPIRED:
        move(found, "expire", actor=None, offer=offer)
    return found


def may(actor: Actor, action: str, found: Negotiation) -> None:
    """Raises NotFound for strangers, Forbidden without the role, Conflict (``not_now``) when it is not the time."""
    require(PERMISSIONS[lifecycle.ACTIONS[action].permission], actor, found)
    if not possible(actor, action, found):
        raise Conflict(NOT_NOW, code="not_now", detail={"state": found.state, "action": action})


def possible(actor: Actor, action: str, found: Negotiation) -> bool:
    return lifecycle.may(action, state=found.state, is_mover=found.mover_organisation_id == actor.organisation_id)


def move(
    found: Negotiation, action: str, *, actor: Actor | None, offer: Offer | None = None, message: str = ""
) -> Step:
    """Take ``action``: the state of the table, a step in the thread, an entry in the audit trail."""
    target = lifecycle.ACTIONS[action].target if action in lifecycle.ACTIONS else found.state
    if target is not None:
        found.state = target
    found.changed_at = now()
    step = Step(
        negotiation_id=found.id,
        action=action,
        organisation_id=actor.organisation_id if actor else None,
        person_id=actor.person_id if actor else None,
        offer_id=offer.id if offer else None,
        message=message or None,
        at=found.changed_at,
    )
    db.session.add(step)
    if actor is not None:
        _note(actor, found, action, offer)
    db.session.flush()
    return step


def _note(actor: Actor, found: Negotiation, action: str, offer: Offer | None) -> None:
    detail: dict[str, Any] = {"offer": offer.number} if offer else {}
    audit.record(
        actor=actor,
        action=f"negotiation.{action}",
        subject_kind="negotiation",
        subject=found.public_id,
        **detail,
    )
