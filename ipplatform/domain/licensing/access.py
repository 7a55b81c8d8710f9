"""What of licensing an actor may see: one decision for page, API and download."""

from __future__ import annotations

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.licensing import queries
from ipplatform.domain.licensing.models import Agreement, Negotiation
from ipplatform.domain.licensing.permissions import READ
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.ids import parse_id


def visible_negotiation(*, actor: Actor, reference: str) -> Negotiation:
    """The negotiation with that public id, in any spelling; NotFound for everybody but its two parties."""
    public_id = parse_id(reference)
    found = queries.negotiation(public_id) if public_id else None
    if found is None:
        raise NotFound
    require(READ, actor, found)
    return found


def visible_agreement(*, actor: Actor, reference: str) -> Agreement:
    """The agreement with that public id or number ("A-…"); NotFound for everybody but its two parties."""
    public_id = parse_id(reference.removeprefix("A-").removeprefix("a-"))
    found = queries.agreement(public_id) if public_id else None
    if found is None:
        raise NotFound
    require(READ, actor, found)
    return found
