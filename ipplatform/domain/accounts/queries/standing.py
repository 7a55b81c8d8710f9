"""Who stands behind a request: the person, where they act, and with which roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import Select, Table, bindparam, func, literal_column, or_, select

from ipplatform.domain.accounts.actor import Actor, Names
from ipplatform.domain.accounts.models import ApiToken, LoginSession, Membership, OfficeRole, Organisation, Person
from ipplatform.domain.accounts.queries.credentials import digest
from ipplatform.domain.accounts.queries.people import organisation, person
from ipplatform.foundation import direct, rows
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db
from ipplatform.foundation.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Standing:
    """The person behind a request, the organisation they act in, and every organisation they belong to."""

    person: Person
    actor: Actor
    organisation: Organisation | None
    organisations: Sequence[Organisation]
    session_id: int | None = None


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
