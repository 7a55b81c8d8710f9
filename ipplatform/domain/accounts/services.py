"""Writing about people and organisations: sign-up, invitations, members, tokens. Signing in is in ``sessions.py``."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select

from ipplatform.domain.accounts import passwords, queries
from ipplatform.domain.accounts.actor import MEMBER_ROLES, OFFICE_ROLES, SCOPES, SYSTEM, Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.accounts.models import ApiToken, Invitation, Membership, OfficeRole, Organisation, Person
from ipplatform.domain.accounts.permissions import PERMISSIONS
from ipplatform.domain.audit import services as audit
from ipplatform.domain.notifications import services as notifications
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db, lock_row
from ipplatform.foundation.errors import Conflict, Forbidden, Invalid, NotFound
from ipplatform.foundation.i18n import _

INVITATION_DAYS = 14
FOUNDER_ROLES = ("administrator", "filer", "dealer", "signatory")


def create_person(*, name: str, email: str, password: str, locale: str = "en") -> Person:
    """A person who may sign in. Invalid on ``email`` when the address is taken."""
    if queries.person_by_email(email):
        raise Invalid({"email": [_("There is already an account with this address. Sign in instead.")]})
    person = Person(name=name, email=email.lower(), password_hash=passwords.hash_password(password), locale=locale)
    db.session.add(person)
    db.session.flush()
    audit.record(actor=Actor(person.id), action="person.create", subject_kind="person", subject=person.public_id)
    return person


def create_organisation(
    *, founder: Person, name: str, country: str, identifier_scheme: str, identifier: str
) -> Organisation:
    """An organisation with its founder in every active role. Invalid on ``identifier`` when it is registered already."""
    taken = select(Organisation.id).where(
        Organisation.identifier_scheme == identifier_scheme, Organisation.identifier == identifier
    )
    if db.session.scalars(taken).first() is not None:
        message = _("An organisation with this number is registered. Ask its administrator to invite you.")
        raise Invalid({"identifier": [message]})
    organisation = Organisation(name=name, country=country, identifier_scheme=identifier_scheme, identifier=identifier)
    db.session.add(organisation)
    db.session.flush()
    _set_roles(founder.id, organisation.id, FOUNDER_ROLES)
    audit.record(
        actor=Actor(founder.id, organisation.id),
        action="organisation.create",
        subject_kind="organisation",
        subject=organisation.public_id,
    )
    return organisation


def sign_up(
    *,
    name: str,
    email: str,
    password: str,
    organisation_name: str,
    country: str,
    identifier_scheme: str,
    identifier: str,
    locale: str,
) -> tuple[Person, Organisation]:
    person = create_person(name=name, email=email, password=password, locale=locale)
    organisation = create_organisation(
        founder=person,
        name=organisation_name,
        country=country,
        identifier_scheme=identifier_scheme,
        identifier=identifier,
    )
    return person, organisation


def update_profile(*, actor: Actor, name: str, locale: str) -> Person:
    require(PERMISSIONS["account.use"], actor)
    person = queries.person(actor.person_id or 0)
    person.name, person.locale = name, locale
    return person


def invite(*, actor: Actor, email: str, roles: Sequence[str], locale: str) -> tuple[Invitation, str]:
    """Invite by mail into the actor's organisation; gives the invitation and its secret token."""
    require(PERMISSIONS["organisation.administer"], actor)
    _known_roles(roles)
    organisation = queries.organisation(actor.organisation_id or 0)
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        token_digest=queries.digest(token),
        organisation_id=organisation.id,
        email=email.lower(),
        roles=" ".join(role for role in MEMBER_ROLES if role in roles),
        invited_by_id=actor.person_id or 0,
        expires_at=now() + timedelta(days=INVITATION_DAYS),
    )
    db.session.add(invitation)
    db.session.flush()
    context = {"organisation": organisation.name, "path": f"/account/invitations/{token}", "days": INVITATION_DAYS}
    notifications.mail(to=invitation.email, template="invitation", locale=locale, context=context)
    _note(actor, "member.invite", organisation)
    return invitation, token


def revoke_invitation(*, actor: Actor, public_id: str) -> None:
    found = db.session.scalars(select(Invitation).where(Invitation.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound
    require(PERMISSIONS["organisation.administer"], actor, found)
    found.revoked_at = found.revoked_at or now()


def accept_invitation(*, person: Person, token: str) -> Organisation:
    """Join the inviting organisation with the roles offered; the link works once and for the invited address only."""
    invitation = queries.invitation_by_token(token)
    if person.email != invitation.email:
        raise Forbidden(_("This invitation was sent to another email address. Sign in with that one."))
    held = db.session.scalars(
        select(Membership.role).where(
            Membership.person_id == person.id, Membership.organisation_id == invitation.organisation_id
        )
    )
    _set_roles(person.id, invitation.organisation_id, {*held, *invitation.roles.split()})
    invitation.accepted_at = now()
    organisation = queries.organisation(invitation.organisation_id)
    _note(Actor(person.id, organisation.id), "member.join", organisation)
    return organisation


def change_roles(*, actor: Actor, person_public_id: str, roles: Sequence[str]) -> None:
    """Set a member's roles; none removes them. The last administrator stays one (Conflict)."""
    require(PERMISSIONS["organisation.administer"], actor)
    if roles:
        _known_roles(roles)
    # Two administrators who remove each other at once would leave none.
    organisation = lock_row(Organisation, actor.organisation_id or 0)
    if organisation is None:
        raise NotFound
    people = {one.public_id: (one, held) for one, held in queries.members(organisation.id)}
    if person_public_id not in people:
        raise NotFound
    others = [held for public_id, (_one, held) in people.items() if public_id != person_public_id]
    if "administrator" not in roles and not any("administrator" in held for held in others):
        raise Conflict(_("An organisation needs an administrator. Make somebody else one first."))
    _set_roles(people[person_public_id][0].id, organisation.id, roles)
    _note(actor, "member.change", organisation)


def create_token(*, actor: Actor, name: str, scopes: Sequence[str]) -> tuple[ApiToken, str]:
    """An API token for the actor in their current organisation; the secret is shown this once."""
    require(PERMISSIONS["account.use"], actor)
    unknown = set(scopes) - set(SCOPES)
    if unknown or not scopes:
        raise Invalid({"scopes": [_("Choose among the scopes listed.")]})
    secret = "ipp_" + secrets.token_urlsafe(32)
    row = ApiToken(
        token_digest=queries.digest(secret),
        person_id=actor.person_id or 0,
        organisation_id=actor.organisation_id,
        name=name,
        scopes=" ".join(scope for scope in SCOPES if scope in scopes),
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor=actor, action="token.create", subject_kind="token", subject=row.public_id)
    return row, secret


def revoke_token(*, actor: Actor, public_id: str) -> None:
    row = db.session.scalars(select(ApiToken).where(ApiToken.public_id == public_id)).one_or_none()
    if row is None or row.person_id != actor.person_id:
        raise NotFound
    row.revoked_at = row.revoked_at or now()
    audit.record(actor=actor, action="token.revoke", subject_kind="token", subject=row.public_id)


def set_office_roles(*, actor: Actor, person: Person, roles: Sequence[str]) -> None:
    """Office people are made by command (actor SYSTEM) or by the office's administrator, never by themselves."""
    require(PERMISSIONS["office.administer"], actor)
    if set(roles) - set(OFFICE_ROLES):
        raise Invalid({"roles": [_("Choose among the roles listed.")]})
    if actor is not SYSTEM and actor.person_id == person.id:
        raise Forbidden(_("Nobody changes their own office roles."))
    db.session.execute(delete(OfficeRole).where(OfficeRole.person_id == person.id))
    db.session.add_all(OfficeRole(person_id=person.id, role=role) for role in dict.fromkeys(roles))
    db.session.flush()
    db.session.expire(person, ["office_roles"])
    audit.record(actor=actor, action="office.roles", subject_kind="person", subject=person.public_id, roles=list(roles))


def _known_roles(roles: Sequence[str]) -> None:
    if not roles or set(roles) - set(MEMBER_ROLES):
        raise Invalid({"roles": [_("Choose among the roles listed.")]})


def _set_roles(person_id: int, organisation_id: int, roles: Sequence[str] | set[str]) -> None:
    of_both = (Membership.person_id == person_id, Membership.organisation_id == organisation_id)
    db.session.execute(delete(Membership).where(*of_both))
    db.session.add_all(
        Membership(person_id=person_id, organisation_id=organisation_id, role=role)
        for role in MEMBER_ROLES
        if role in roles
    )
    db.session.flush()


def _note(actor: Actor, action: str, organisation: Organisation) -> None:
    audit.record(actor=actor, action=action, subject_kind="organisation", subject=organisation.public_id)
