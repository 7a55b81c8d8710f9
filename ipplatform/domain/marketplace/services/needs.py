"""Needs, and the answers licensees give to listings that were matched with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.audit import services as audit
from ipplatform.domain.marketplace.models import Listing, MatchDecline, Need
from ipplatform.domain.marketplace.permissions import EDIT_NEED
from ipplatform.domain.marketplace.rules import declines, lifecycle
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import Conflict, Forbidden, Invalid, NotFound
from ipplatform.foundation.i18n import _l

WORDS = ("title", "problem", "solution", "summary")


def create_need(*, actor: Actor, values: Mapping[str, Any]) -> Need:
    """State a need of the actor's organisation; ``values`` are what NeedSchema loads."""
    require(EDIT_NEED, actor)
    if actor.organisation_id is None:
        raise Forbidden
    need = Need(organisation_id=actor.organisation_id)
    _set(need, values)
    db.session.add(need)
    db.session.flush()
    _record(actor, need, "create")
    return need


def edit_need(*, actor: Actor, need: Need, values: Mapping[str, Any]) -> Need:
    _allow(actor, need, "edit")
    _set(need, values)
    need.updated_at = now()
    db.session.flush()
    _record(actor, need, "edit")
    return need


def move_need(*, actor: Actor, need: Need, action: str) -> Need:
    """``pause``, ``resume`` or ``close``; owners see open needs only."""
    if action not in lifecycle.NEED_ACTIONS or not lifecycle.NEED_ACTIONS[action].target:
        raise Invalid({"action": [_l("This is not on the list.")]})
    _allow(actor, need, action)
    need.status = lifecycle.NEED_ACTIONS[action].target
    need.updated_at = now()
    db.session.flush()
    _record(actor, need, action)
    return need


def decline_match(*, actor: Actor, need: Need, listing: Listing, reason: str, note: str = "") -> MatchDecline:
    """Say why a listing does not fit; its owner learns reason and note, not who. Again: the newer answer counts."""
    require(EDIT_NEED, actor, need)
    if not listing.is_public:
        raise NotFound
    if reason not in declines.REASONS:
        raise Invalid({"reason": [_l("This is not on the list.")]})
    found = db.session.scalars(
        select(MatchDecline).where(MatchDecline.need_id == need.id, MatchDecline.listing_id == listing.id)
    ).one_or_none()
    decline = found or MatchDecline(need_id=need.id, listing_id=listing.id)
    decline.reason, decline.note, decline.created_at = reason, note, now()
    db.session.add(decline)
    db.session.flush()
    _record(actor, need, "decline_match", listing=listing.public_id, reason=reason)
    return decline


def take_back_decline(*, actor: Actor, need: Need, listing: Listing) -> None:
    require(EDIT_NEED, actor, need)
    db.session.execute(
        delete(MatchDecline).where(MatchDecline.need_id == need.id, MatchDecline.listing_id == listing.id)
    )
    _record(actor, need, "take_back_decline", listing=listing.public_id)


def _allow(actor: Actor, need: Need, name: str) -> None:
    require(EDIT_NEED, actor, need)
    if need.status not in lifecycle.NEED_ACTIONS[name].sources:
        raise Conflict(_l("This need is in a state that does not allow that."), code="wrong_status")


def _set(need: Need, values: Mapping[str, Any]) -> None:
    need.words = {name: values.get(name) or "" for name in WORDS}
    need.fields = values["fields_of_use"]
    for name in ("classes", "acts", "territories", "exclusivity", "price_model", "budget", "currency"):
        setattr(need, name, values[name])
    need.licence_years, need.latest_date = values["licence_years"], values["latest_date"]
    need.visibility = values["visibility"]


def _record(actor: Actor, need: Need, verb: str, **detail: Any) -> None:
    audit.record(actor=actor, action=f"need.{verb}", subject_kind="need", subject=need.public_id, **detail)
