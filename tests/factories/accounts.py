from __future__ import annotations

from functools import cache
from itertools import count

from ipplatform.domain.accounts import passwords, queries, services
from ipplatform.domain.accounts.actor import SCOPES, SYSTEM, Actor
from ipplatform.domain.accounts.models import Membership, Organisation, Person
from ipplatform.domain.accounts.rules import USCC_ALPHABET
from ipplatform.foundation.db import db, transaction

PASSWORD = "seven quiet river stones"
_numbers = count(1)


@cache
def _password_hash() -> str:
    return passwords.hash_password(PASSWORD)


def uscc(number: int) -> str:
    """A well-formed unified social credit code that nobody holds."""
    body = f"91330108{number:09d}"
    total = sum(USCC_ALPHABET.index(one) * pow(3, place, 31) for place, one in enumerate(body))
    return body + USCC_ALPHABET[-total % 31]


def make_person(name: str | None = None, email: str | None = None, locale: str = "en") -> Person:
    """A person whose password is PASSWORD."""
    number = next(_numbers)
    person = Person(
        name=name or f"Person {number}",
        email=email or f"person{number}@example.com",
        password_hash=_password_hash(),
        locale=locale,
    )
    with transaction():
        db.session.add(person)
    return person


def make_organisation(name: str | None = None, country: str = "CN") -> Organisation:
    number = next(_numbers)
    organisation = Organisation(
        name=name or f"Organisation {number}", country=country, identifier_scheme="uscc", identifier=uscc(number)
    )
    with transaction():
        db.session.add(organisation)
    return organisation


def member(
    *roles: str, role: str | None = None, organisation: Organisation | None = None
) -> tuple[Person, Organisation]:
    """A new person with ``roles`` in ``organisation`` (a new one by default)."""
    organisation = organisation or make_organisation()
    person = make_person()
    with transaction():
        for one in roles or ((role,) if role else ("administrator",)):
            db.session.add(Membership(person_id=person.id, organisation_id=organisation.id, role=one))
    return person, organisation


def actor_of(person: Person, organisation: Organisation | None = None) -> Actor:
    return queries.standing_of(person, organisation.id if organisation else None).actor


def office_person(*roles: str) -> Person:
    person = make_person()
    with transaction():
        services.set_office_roles(actor=SYSTEM, person=person, roles=roles)
    return person


def bearer(person: Person, organisation: Organisation | None = None, *scopes: str) -> dict[str, str]:
    """Headers of an API token of ``person`` with ``scopes`` (all by default)."""
    with transaction():
        _row, secret = services.create_token(
            actor=actor_of(person, organisation), name="test", scopes=list(scopes or SCOPES)
        )
    return {"Authorization": f"Bearer {secret}"}
