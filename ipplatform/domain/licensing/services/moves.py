"""The moves of the two sides: inquiry, words, offers, acceptance, and the ways to end without a licence."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.licensing import queries
from ipplatform.domain.licensing.models import Agreement, Negotiation, Offer
from ipplatform.domain.licensing.permissions import INQUIRE, PERMISSIONS
from ipplatform.domain.licensing.rules import lifecycle
from ipplatform.domain.licensing.services import agreements, checking, notices, standing
from ipplatform.domain.marketplace import queries as market
from ipplatform.domain.rights.services import SAME_PARTY
from ipplatform.foundation import jobs, settings
from ipplatform.foundation.clock import today
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import Conflict, Forbidden, Invalid, NotFound
from ipplatform.foundation.i18n import _l

PUBLISHED = "published"
EXPIRE_JOB = "licensing.expire"


def inquire(*, actor: Actor, listing_id: int, message: str) -> Negotiation:
    """Ask about a published listing for the actor's organisation.

    While that organisation's earlier negotiation on the listing is open, it is the answer: asking twice is harmless.
    """
    require(INQUIRE, actor)
    if actor.organisation_id is None:
        raise Forbidden
    listing = market.listing_by_id(listing_id)
    if listing is None or listing.status != PUBLISHED:
        raise NotFound
    if listing.organisation_id == actor.organisation_id:
        raise Conflict(SAME_PARTY, code="same_party")
    checking.require_title(listing.asset, listing.organisation_id)
    earlier = queries.open_negotiation(listing.id, actor.organisation_id)
    if earlier is not None:
        return earlier
    found = Negotiation(
        asset_id=listing.asset_id,
        listing_id=listing.id,
        licensor_organisation_id=listing.organisation_id,
        licensee_organisation_id=actor.organisation_id,
        mover_organisation_id=actor.organisation_id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(found)
    except IntegrityError:
        # The same question came in at the same moment.
        earlier = queries.open_negotiation(listing.id, actor.organisation_id)
        if earlier is None:
            raise
        return earlier
    standing.move(found, lifecycle.INQUIRE, actor=actor, message=message)
    notices.tell(found, listing.organisation_id, lifecycle.INQUIRE)
    return found


def say(*, actor: Actor, negotiation_id: int, message: str) -> Negotiation:
    """Add words to the thread; whose move it is stays as it was."""
    found = standing.locked(negotiation_id)
    standing.may(actor, "message", found)
    standing.move(found, "message", actor=actor, message=message)
    notices.tell(found, _other(actor, found), "message")
    return found


def counter_or_offer(
    *,
    actor: Actor,
    negotiation_id: int,
    terms: dict[str, Any],
    valid_until: date,
    message: str = "",
    seen: int | None = None,
) -> Offer:
    """Put a whole version of the terms on the table: an offer, or a counter-offer to the one that lies there.

    ``terms`` as ``schemas.as_terms`` makes them. ``seen`` is the number of the offer the actor had before them: Conflict
    (``offer_changed``) when there is a newer one. Sending the same again gives the offer that lies there already.
    Raises GrantConflict when the rights are not free.
    """
    found = standing.locked(negotiation_id)
    require(PERMISSIONS["negotiate"], actor, found)
    current = queries.current_offer(found)
    if _is_repeated(found, current, actor, terms, valid_until):
        assert current is not None
        return current
    _require_seen(seen, current)
    action = "counter" if found.state == lifecycle.OFFERED else "offer"
    standing.may(actor, action, found)
    if valid_until < today():
        raise Invalid({"valid_until": [_l("Choose a day from today to a year from now.")]})
    checking.require_grantable(found, terms, on=today())
    assert actor.organisation_id is not None
    assert actor.person_id is not None
    offer = Offer(
        negotiation_id=found.id,
        number=current.number + 1 if current else 1,
        organisation_id=actor.organisation_id,
        person_id=actor.person_id,
        terms=terms,
        valid_until=valid_until,
    )
    db.session.add(offer)
    db.session.flush()
    found.mover_organisation_id = actor.organisation_id
    found.blocked = None
    standing.move(found, action, actor=actor, offer=offer, message=message)
    jobs.enqueue(EXPIRE_JOB, {"negotiation": found.id}, key=f"offer-{offer.id}", run_at=_end_of(valid_until))
    notices.tell(found, _other(actor, found), action)
    return offer


def accept(*, actor: Actor, negotiation_id: int, seen: int) -> Agreement:
    """Accept the offer numbered ``seen``: the agreement's document is made, and both sides can sign it.

    Accepting what is accepted already gives the same agreement.
    """
    found = standing.locked(negotiation_id)
    require(PERMISSIONS["negotiate"], actor, found)
    offer = queries.current_offer(found)
    if found.state in (lifecycle.AGREED, lifecycle.EXECUTED) and offer is not None and offer.number == seen:
        made = queries.agreement_of(found.id)
        assert made is not None
        return made
    _require_seen(seen, offer)
    standing.may(actor, "accept", found)
    assert offer is not None
    checking.require_grantable(found, offer.terms)
    standing.move(found, "accept", actor=actor, offer=offer)
    agreement = agreements.make(found, offer)
    notices.tell_both(found, "accept", "dealer", "signatory")
    return agreement


def decline(*, actor: Actor, negotiation_id: int, reason: str, message: str = "") -> Negotiation:
    """Answer no, or end what nobody can go on with, for a reason of the list; an agreement not executed is void."""
    found = standing.locked(negotiation_id)
    require(PERMISSIONS["negotiate"], actor, found)
    if found.state == lifecycle.DECLINED:
        return found
    if reason not in lifecycle.DECLINE_REASONS:
        raise Invalid({"reason": [_l("Choose from the list.")]})
    action = "decline" if standing.possible(actor, "decline", found) else "end"
    standing.may(actor, action, found)
    found.declined_reason = reason
    standing.move(found, action, actor=actor, message=message)
    agreements.make_void(found)
    notices.tell(found, _other(actor, found), action)
    return found


def withdraw(*, actor: Actor, negotiation_id: int, message: str = "") -> Negotiation:
    """Take one's own inquiry or offer back, and with it the negotiation."""
    found = standing.locked(negotiation_id)
    require(PERMISSIONS["negotiate"], actor, found)
    if found.state == lifecycle.WITHDRAWN:
        return found
    standing.may(actor, "withdraw", found)
    standing.move(found, "withdraw", actor=actor, message=message)
    notices.tell(found, _other(actor, found), "withdraw")
    return found


def expire(negotiation_id: int) -> None:
    """Put an offer past its last day down as expired, and tell both sides; nothing for any other."""
    before = db.session.get(Negotiation, negotiation_id)
    if before is None or before.state != lifecycle.OFFERED:
        return
    found = standing.locked(negotiation_id)
    if found.state == lifecycle.EXPIRED:
        notices.tell_both(found, "expire")


def _is_repeated(
    found: Negotiation, current: Offer | None, actor: Actor, terms: dict[str, Any], valid_until: date
) -> bool:
    return (
        current is not None
        and found.state == lifecycle.OFFERED
        and current.organisation_id == actor.organisation_id
        and current.terms == terms
        and current.valid_until == valid_until
    )


def _require_seen(seen: int | None, current: Offer | None) -> None:
    number = current.number if current else 0
    if seen is not None and seen != number:
        raise Conflict(standing.OFFER_CHANGED, code="offer_changed", detail={"offer": number})


def _other(actor: Actor, found: Negotiation) -> int:
    assert actor.organisation_id is not None
    return found.counterpart_id(actor.organisation_id)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(settings.current().zone_timezone))
