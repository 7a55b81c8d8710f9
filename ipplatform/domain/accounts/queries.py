"""Reading people, organisations and who stands behind a request."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import Select, Table, bindparam, func, literal_column, or_, select

from ipplatform.domain.accounts.actor import Actor, Names
from ipplatform.domain.accounts.models import (
    ApiToken,
    Invitation,
    LoginSession,
    Membership,
    OfficeRole,
    Organisation,
    Person,
)
from ipplatform.foundation import direct, rows
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Standing:
    """The person behind a request, the organisation they act in, and every organisation they belong to."""

    person: Person
    actor: Actor
    organisation: Organisation | None
    organisations: Sequence[Organisation]
    session_id: int | None = None


def digest(token: str) -> bytes:
    """What is stored of a secret token: SHA-256 (tokens carry 256 random bits, so no slow hash is needed)."""
    return hashlib.sha256(token.encode()).digest()


def _with_roles(*columns: Any, of: Sequence[Any] = (Person, Organisation)) -> Select[Any]:
    """``of`` and ``columns`` with their person: a row for each role in an organisation, one without if there is none."""
    space: Any = literal_column("' '")  # Text of the statement, so that it can be prepared.
    office = select(func.aggregate_strings(OfficeRole.role, space)).where(OfficeRole.person_id == Person.id)
    return (
        select(*of, Membership.role, office.scalar_subquery().label("office"), *columns)
        .outerjoin(Membership, Membership.person_id == Person.id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .order_by(Membership.id)
    )


# Every request asks one of these, so they are made once.
_BY_SESSION = (
    _with_roles(LoginSession.id.label("session_id"), LoginSession.organisation_id)
    .join(LoginSession, LoginSession.person_id == Person.id)
    .where(LoginSession.token_digest == bindparam("digest"), LoginSession.revoked_at.is_(None), Person.active)
    .where(LoginSession.expires_at > bindparam("moment"))
)
_PERSON, _ORGANISATION = (list(cast(Table, one.__table__).columns) for one in (Person, Organisation))
_BY_TOKEN = Prepared(
    _with_roles(ApiToken.scopes, ApiToken.organisation_id, of=(*_PERSON, *_ORGANISATION))
    .join(ApiToken, ApiToken.person_id == Person.id)
    .where(ApiToken.token_digest == bindparam("digest"), ApiToken.revoked_at.is_(None), Person.active)
    .where(or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > bindparam("moment")))
)
_PERSON_NAMES, _ORGANISATION_NAMES = ([column.key for column in columns] for columns in (_PERSON, _ORGANISATION))
_BY_PERSON = _with_roles().where(Person.id == bindparam("person_id"))


def standing_by_session(token: str) -> Standing | None:
    """The live session's person with all roles; one statement."""
    found = db.session.execute(_BY_SESSION, {"digest": digest(token), "moment": now()}).all()
    if not found:
        return None
    return _standing(found, found[0].organisation_id, scopes=None, session_id=found[0].session_id)


def standing_by_token(token: str) -> Standing | None:
    """The person of a token that is neither revoked nor over, with all roles; one statement."""
    found = direct.look(_BY_TOKEN, {"digest": digest(token), "moment": now()})
    if not found:
        return None
    scopes, organisation_id = found[0][-2:]
    return _standing([_joined(row) for row in found], organisation_id, scopes=frozenset(scopes.split()))


class _Joined(NamedTuple):
    """As a row of ``_with_roles``; person and organisation are of no session, for reading."""

    Person: Person
    Organisation: Organisation | None
    role: str | None
    office: str | None


def _joined(row: Sequence[Any]) -> _Joined:
    person, rest = row[: len(_PERSON)], row[len(_PERSON) :]
    organisation, (role, office, *_more) = rest[: len(_ORGANISATION)], rest[len(_ORGANISATION) :]
    return _Joined(
        rows.made(Person, **dict(zip(_PERSON_NAMES, person, strict=True))),
        None if role is None else rows.made(Organisation, **dict(zip(_ORGANISATION_NAMES, organisation, strict=True))),
        role,
        office,
    )


def standing_of(person: Person, organisation_id: int | None = None) -> Standing:
    """For commands and tests: the person acting in that organisation, or in their first."""
    return _standing(db.session.execute(_BY_PERSON, {"person_id": person.id}).all(), organisation_id, scopes=None)


def _standing(
    rows: Sequence[Any],
    organisation_id: int | None,
    *,
    scopes: frozenset[str] | None,
    session_id: int | None = None,
) -> Standing:
    """What rows of ``_with_roles`` say, acting in ``organisation_id`` if the person belongs to it."""
    person, office = rows[0].Person, rows[0].office
    held = [(row.Organisation, row.role) for row in rows if row.Organisation is not None]
    organisations = {organisation.id: organisation for organisation, _role in held}
    if organisation_id not in organisations:
        organisation_id = None if scopes is not None else next(iter(organisations), None)
    acting = organisations.get(organisation_id) if organisation_id is not None else None
    actor = Actor(
        person_id=person.id,
        organisation_id=organisation_id,
        roles=frozenset(role for organisation, role in held if organisation.id == organisation_id),
        office=frozenset((office or "").split()),
        scopes=scopes,
        organisations=frozenset(organisations),
        names=_names(person, acting),
    )
    return Standing(
        person,
        actor,
        acting,
        sorted(organisations.values(), key=lambda one: one.name),
        session_id,
    )


def _names(person: Person, acting: Organisation | None) -> Names:
    organisation = (acting.public_id, acting.name) if acting else (None, None)
    return Names(person.public_id, person.name, person.email, person.locale, *organisation)


def names(actor: Actor) -> Names | None:
    """Who acts, of a person; those whom no request brought are asked for."""
    if actor.names is not None or actor.person_id is None:
        return actor.names
    acting = None if actor.organisation_id is None else organisation(actor.organisation_id)
    return _names(person(actor.person_id), acting)


def person(person_id: int) -> Person:
    found = db.session.get(Person, person_id)
    if found is None:
        raise NotFound
    return found


def person_by_email(email: str) -> Person | None:
    return db.session.scalars(select(Person).where(Person.email == email.strip().lower())).one_or_none()


def organisation(organisation_id: int) -> Organisation:
    found = db.session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound
    return found


def organisation_by_public_id(public_id: str) -> Organisation:
    """Raises NotFound."""
    found = db.session.scalars(select(Organisation).where(Organisation.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def person_names(identities: Sequence[int]) -> dict[int, str]:
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(set(identities))))
    return {row.id: row.name for row in rows}


def members(organisation_id: int) -> list[tuple[Person, list[str]]]:
    """Everybody in the organisation with their roles, by name; one statement."""
    rows = db.session.execute(
        select(Person, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == organisation_id)
        .order_by(Person.name, Person.id, Membership.role)
    )
    found: dict[int, tuple[Person, list[str]]] = {}
    for one, role in rows:
        found.setdefault(one.id, (one, []))[1].append(role)
    return list(found.values())


def recipients(organisation_id: int, *roles: str) -> list[Person]:
    """Active members holding any of ``roles`` (or administering): whom to tell by mail."""
    wanted = {*roles, "administrator"}
    return [one for one, held in members(organisation_id) if one.active and wanted & set(held)]


def registrars() -> list[Person]:
    return office_holders("registrar")


def office_holders(*roles: str) -> list[Person]:
    """Active people of the office holding any of `roles`, each once."""
    holding = select(OfficeRole.person_id).where(OfficeRole.role.in_(roles))
    return list(db.session.scalars(select(Person).where(Person.id.in_(holding), Person.active)).unique())


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


def office_people() -> list[tuple[Person, list[str]]]:
    """Everybody with an office role and their roles, by name; one statement."""
    statement = select(Person, OfficeRole.role).join(OfficeRole, OfficeRole.person_id == Person.id)
    found: dict[int, tuple[Person, list[str]]] = {}
    for one, role in db.session.execute(statement.order_by(Person.name, Person.id, OfficeRole.role)):
        found.setdefault(one.id, (one, []))[1].append(role)
    return list(found.values())
