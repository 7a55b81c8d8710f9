"""Signing in and out: sessions are rows that can be revoked; only digests of their tokens are stored."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import select, update

from ipplatform.domain.accounts import passwords, queries
from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.models import LoginSession, OneTimeLink, Person
from ipplatform.domain.accounts.rules import password_faults
from ipplatform.domain.audit import services as audit
from ipplatform.domain.notifications import services as notifications
from ipplatform.foundation import settings
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import Invalid, NotFound
from ipplatform.foundation.i18n import _

RESET_MINUTES = 60
ADDRESS_FAILURES = 100  # many people of a company share one address


def sign_in(*, email: str, password: str, user_agent: str, address: str) -> str | None:
    """A new session's secret token, or None when the pair is wrong (the failure is counted, so commit it).

    TooMany when the account or the network address has failed too often.
    """
    passwords.refuse_when_throttled(email)
    passwords.refuse_when_throttled(f"address {address}", most=ADDRESS_FAILURES)
    person = queries.person_by_email(email)
    if not passwords.matches(person, password) or person is None or not person.active:
        for subject in (email, f"address {address}"):
            passwords.count_failure(subject)
        return None
    passwords.forget_failures(email)
    return begin(person, user_agent=user_agent)


def begin(person: Person, *, user_agent: str, organisation_id: int | None = None) -> str:
    token = secrets.token_urlsafe(32)
    first = organisation_id or queries.standing_of(person).actor.organisation_id
    row = LoginSession(
        token_digest=queries.digest(token),
        person_id=person.id,
        organisation_id=first,
        user_agent=user_agent[:200],
        expires_at=now() + timedelta(hours=settings.current().session_hours),
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor=Actor(person.id), action="session.begin", subject_kind="person", subject=person.public_id)
    return token


def sign_out(*, session_id: int) -> None:
    db.session.execute(update(LoginSession).where(LoginSession.id == session_id).values(revoked_at=now()))


def revoke(*, actor: Actor, session_id: int) -> None:
    """End one of one's own sessions; NotFound for anybody else's."""
    row = db.session.get(LoginSession, session_id)
    if row is None or row.person_id != actor.person_id:
        raise NotFound
    row.revoked_at = row.revoked_at or now()


def switch_organisation(*, actor: Actor, session_id: int, organisation_public_id: str) -> None:
    organisation = queries.organisation_by_public_id(organisation_public_id)
    if organisation.id not in actor.organisations:
        raise NotFound
    db.session.execute(
        update(LoginSession).where(LoginSession.id == session_id).values(organisation_id=organisation.id)
    )


def request_reset(*, email: str, address: str) -> None:
    """Mail a reset link when the account exists; the answer is the same when it does not."""
    passwords.refuse_when_throttled(f"reset {address}")
    passwords.count_failure(f"reset {address}")
    person = queries.person_by_email(email)
    if person is None or not person.active:
        return
    token = secrets.token_urlsafe(32)
    expires = now() + timedelta(minutes=RESET_MINUTES)
    db.session.add(
        OneTimeLink(token_digest=queries.digest(token), person_id=person.id, purpose="reset", expires_at=expires)
    )
    context = {"name": person.name, "path": f"/account/reset/{token}", "minutes": RESET_MINUTES}
    notifications.mail(to=person.email, template="password_reset", locale=person.locale, context=context)


def reset_link(token: str) -> OneTimeLink:
    """The unused link behind ``token``; NotFound otherwise."""
    row = db.session.scalars(select(OneTimeLink).where(OneTimeLink.token_digest == queries.digest(token))).one_or_none()
    if row is None or row.used_at is not None or row.expires_at <= now() or row.purpose != "reset":
        raise NotFound(_("This link has been used or has expired. Ask for a new one."))
    return row


def reset_password(*, token: str, password: str) -> None:
    """Set a new password, once, and end every session of the person."""
    row = reset_link(token)
    row.used_at = now()
    _set_password(queries.person(row.person_id), password)


def change_password(*, actor: Actor, current: str, password: str, session_id: int | None) -> bool:
    """False when the current password is wrong (counted, so commit it). Other sessions end."""
    person = queries.person(actor.person_id or 0)
    if not passwords.check_password(person, current):
        return False
    _set_password(person, password, keep=session_id)
    return True


def _set_password(person: Person, password: str, keep: int | None = None) -> None:
    faults = password_faults(password, [person.name, person.email])
    if faults:
        raise Invalid({"password": faults})
    person.password_hash = passwords.hash_password(password)
    passwords.forget_failures(person.email)
    open_sessions = update(LoginSession).where(LoginSession.person_id == person.id, LoginSession.revoked_at.is_(None))
    if keep is not None:
        open_sessions = open_sessions.where(LoginSession.id != keep)
    db.session.execute(open_sessions.values(revoked_at=now()))
    audit.record(actor=Actor(person.id), action="person.password", subject_kind="person", subject=person.public_id)
