"""Reading what lets people in: invitations, sessions and tokens."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from ipplatform.domain.accounts.models import ApiToken, Invitation, LoginSession
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import NotFound


def digest(token: str) -> bytes:
    """What is stored of a secret token: SHA-256 (tokens carry 256 random bits, so no slow hash is needed)."""
    return hashlib.sha256(token.encode()).digest()


def open_invitations(organisation_id: int) -> list[Invitation]:
    return list(
        db.session.scalars(
            select(Invitation)
            .where(Invitation.organisation_id == organisation_id, Invitation.accepted_at.is_(None))
            .where(Invitation.revoked_at.is_(None), Invitation.expires_at > now())
            .order_by(Invitation.id)
        )
    )


def invitation_by_token(token: str) -> Invitation:
    """The open invitation behind a mailed link; NotFound when used, revoked, expired or unknown."""
    found = db.session.scalars(select(Invitation).where(Invitation.token_digest == digest(token))).one_or_none()
    if found is None or found.accepted_at or found.revoked_at or found.expires_at <= now():
        raise NotFound
    return found


def sessions_of(person_id: int) -> list[LoginSession]:
    return list(
        db.session.scalars(
            select(LoginSession)
            .where(LoginSession.person_id == person_id, LoginSession.revoked_at.is_(None))
            .where(LoginSession.expires_at > now())
            .order_by(LoginSession.id.desc())
        )
    )


def tokens_of(person_id: int) -> list[ApiToken]:
    statement = select(ApiToken).where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))
    return list(db.session.scalars(statement.order_by(ApiToken.id.desc())))
