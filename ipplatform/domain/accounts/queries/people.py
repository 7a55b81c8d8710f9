"""Reading people, organisations and who is in them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from ipplatform.domain.accounts.models import Membership, OfficeRole, Organisation, Person
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import NotFound


def person(person_id: int) -> Person:
    found = db.session.get(Person, person_id)
    if found is None:
        raise NotFound
    return found


def person_by_email(email: str) -> Person | None:
    return db.session.scalars(select(Person).where(Person.email == email.strip().lower())).one_or_none()


def person_names(identities: Sequence[int]) -> dict[int, str]:
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(set(identities))))
    return {row.id: row.name for row in rows}


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


def office_people() -> list[tuple[Person, list[str]]]:
    """Everybody with an office role and their roles, by name; one statement."""
    statement = select(Person, OfficeRole.role).join(OfficeRole, OfficeRole.person_id == Person.id)
    found: dict[int, tuple[Person, list[str]]] = {}
    for one, role in db.session.execute(statement.order_by(Person.name, Person.id, OfficeRole.role)):
        found.setdefault(one.id, (one, []))[1].append(role)
    return list(found.values())
