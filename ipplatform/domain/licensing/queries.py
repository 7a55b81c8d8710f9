"""Reading negotiations and agreements; each query costs the same number of statements whatever it finds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import defaultload, defer, joinedload, selectinload

from ipplatform.domain.filings.models import Filing
from ipplatform.domain.licensing.models import Agreement, Negotiation, Offer, Signature, Step
from ipplatform.domain.licensing.rules import lifecycle
from ipplatform.foundation.clock import today
from ipplatform.foundation.db import db
from ipplatform.foundation.pagination import Descending, Page, keyset

# What lists of agreements do not say: sealed, and were one of them changed at rest, it would hide the whole list.
_UNREAD = (
    defaultload(Agreement.filing).defer(Filing.fields).defer(Filing.content),
    defaultload(Agreement.negotiation).defer(Negotiation.blocked),
)


def negotiation(public_id: str) -> Negotiation | None:
    """With asset, listing, parties, offers and the thread; three statements."""
    statement = (
        _with_parties(select(Negotiation).where(Negotiation.public_id == public_id))
        .options(joinedload(Negotiation.listing))
        .options(selectinload(Negotiation.offers), selectinload(Negotiation.steps).joinedload(Step.person))
    )
    found: Negotiation | None = db.session.scalars(statement).one_or_none()
    return found


def negotiations_of(
    organisation_id: int, *, state: str | None = None, after: str | None = None, limit: int = 25
) -> Page[Negotiation]:
    """An organisation's negotiations on either side, newest first, with asset and parties; one statement."""
    statement = _with_parties(select(Negotiation).where(_is_party(Negotiation, organisation_id)))
    statement = statement.options(defer(Negotiation.blocked))
    if state:
        statement = statement.where(Negotiation.state == state)
    return keyset(statement, order=[Descending(Negotiation.id)], after=after, limit=limit)


def waiting_for(organisation_id: int, *, limit: int = 10) -> list[Negotiation]:
    """Open negotiations in which the next move is the organisation's, oldest first; one statement."""
    theirs = Negotiation.state.in_((lifecycle.INQUIRY, lifecycle.OFFERED)) & (
        Negotiation.mover_organisation_id != organisation_id
    )
    unsigned = (Negotiation.state == lifecycle.AGREED) & ~(
        select(Signature.id)
        .join(Agreement, Agreement.id == Signature.agreement_id)
        .where(Agreement.negotiation_id == Negotiation.id, Agreement.state == lifecycle.AWAITING)
        .where(Signature.organisation_id == organisation_id)
        .exists()
    )
    both = Negotiation.state.in_((lifecycle.REOPENED, lifecycle.EXPIRED))
    statement = _with_parties(select(Negotiation).where(_is_party(Negotiation, organisation_id)))
    statement = statement.options(defer(Negotiation.blocked))
    found = statement.where(or_(theirs, unsigned, both)).order_by(Negotiation.changed_at, Negotiation.id).limit(limit)
    return list(db.session.scalars(found))


def open_negotiation(listing_id: int, licensee_organisation_id: int) -> Negotiation | None:
    found = select(Negotiation).where(
        Negotiation.listing_id == listing_id,
        Negotiation.licensee_organisation_id == licensee_organisation_id,
        Negotiation.state.in_(lifecycle.OPEN_STATES),
    )
    return db.session.scalars(found).one_or_none()


def current_offer(found: Negotiation) -> Offer | None:
    """The newest offer, whatever became of it."""
    newest = select(Offer).where(Offer.negotiation_id == found.id).order_by(Offer.number.desc()).limit(1)
    return db.session.scalars(newest).one_or_none()


def state_of(found: Negotiation, offer: Offer | None) -> str:
    """The state as it is today: an offer past its last day has expired even before the clock's job says so."""
    if found.state == lifecycle.OFFERED and offer is not None and offer.valid_until < today():
        return lifecycle.EXPIRED
    return found.state


def agreement(public_id: str) -> Agreement | None:
    """With everything its page shows; two statements."""
    statement = select(Agreement).where(Agreement.public_id == public_id).options(*_whole())
    return db.session.scalars(statement).one_or_none()


def agreement_of(negotiation_id: int) -> Agreement | None:
    """The newest agreement of a negotiation with its signatures; earlier ones are void."""
    statement = select(Agreement).where(Agreement.negotiation_id == negotiation_id).options(*_whole())
    return db.session.scalars(statement.order_by(Agreement.id.desc()).limit(1)).one_or_none()


def agreements_by_filing(filing_public_ids: list[str]) -> dict[str, Agreement]:
    """Filing's public id to the agreement it recorded, with everything its page shows; two statements."""
    statement = (
        select(Filing.public_id, Agreement)
        .join(Agreement, Filing.id == Agreement.filing_id)
        .where(Filing.public_id.in_(filing_public_ids))
        .options(*_whole())
    )
    return {public_id: found for public_id, found in db.session.execute(statement)}  # noqa: C416


def agreements_of(
    organisation_id: int, *, state: str | None = None, after: str | None = None, limit: int = 25
) -> Page[Agreement]:
    """An organisation's agreements on either side, newest first; two statements."""
    statement = select(Agreement).where(_is_party(Agreement, organisation_id)).options(*_whole(), *_UNREAD)
    if state:
        statement = statement.where(Agreement.state == state)
    return keyset(statement, order=[Descending(Agreement.id)], after=after, limit=limit)


def counts_of(organisation_id: int) -> dict[str, int]:
    """State -> how many negotiations the organisation has there; one statement."""
    counted = (
        select(Negotiation.state, func.count())
        .where(_is_party(Negotiation, organisation_id))
        .group_by(Negotiation.state)
    )
    return dict(db.session.execute(counted).all())


def _is_party(model: Any, organisation_id: int) -> ColumnElement[bool]:
    return or_(model.licensor_organisation_id == organisation_id, model.licensee_organisation_id == organisation_id)


def _with_parties(statement: Select[Any]) -> Select[Any]:
    return statement.options(
        joinedload(Negotiation.asset), joinedload(Negotiation.licensor), joinedload(Negotiation.licensee)
    )


def _whole() -> list[Any]:
    return [
        joinedload(Agreement.asset),
        joinedload(Agreement.licensor),
        joinedload(Agreement.licensee),
        joinedload(Agreement.document),
        joinedload(Agreement.filing),
        joinedload(Agreement.offer),
        joinedload(Agreement.negotiation),
        selectinload(Agreement.signatures).options(joinedload(Signature.person), joinedload(Signature.organisation)),
    ]
