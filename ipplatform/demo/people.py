"""The demo's people and companies."""

from __future__ import annotations

from typing import Any

from ipplatform.demo import reading
from ipplatform.domain.accounts import queries, services
from ipplatform.domain.accounts.actor import SYSTEM, Actor
from ipplatform.domain.accounts.models import Person

PASSWORD = "riverside-demo-2026"  # noqa: S105  the demo's own, printed and documented as such
SIGN_INS = (
    ("owner@demo.example", "owner of IP, English"),
    ("zhanqiao@demo.example", "owner of IP, Chinese"),
    ("university@demo.example", "university, Chinese"),
    ("licensee@demo.example", "licensee, English"),
    ("registrar@demo.example", "registrar of the office"),
    ("auditor@demo.example", "auditor of the office"),
    ("administrator@demo.example", "administrator of the office"),
)


def settle() -> None:
    """Sign up every company with its people, and the office."""
    for company in reading.companies().values():
        _company(company)
    for one in reading.office():
        person = services.create_person(name=one["name"], email=one["email"], password=PASSWORD, locale=one["locale"])
        services.set_office_roles(actor=SYSTEM, person=person, roles=one["roles"])


def _company(company: dict[str, Any]) -> None:
    first, *others = company["people"]
    founder, organisation = services.sign_up(
        name=first["name"],
        email=first["email"],
        password=PASSWORD,
        locale=first["locale"],
        organisation_name=company["name"],
        **{name: company[name] for name in ("country", "identifier_scheme", "identifier")},
    )
    administrator = queries.standing_of(founder, organisation.id).actor
    for one in others:
        _join(administrator, one)


def _join(administrator: Actor, one: dict[str, Any]) -> None:
    _invitation, token = services.invite(
        actor=administrator, email=one["email"], roles=one["roles"], locale=one["locale"]
    )
    person = services.create_person(name=one["name"], email=one["email"], password=PASSWORD, locale=one["locale"])
    services.accept_invitation(person=person, token=token)


def person_of(slug: str) -> Person:
    """The founder of a company, who may do everything there."""
    found = queries.person_by_email(reading.companies()[slug]["people"][0]["email"])
    assert found is not None
    return found


def actor_of(slug: str) -> Actor:
    person = person_of(slug)
    return queries.standing_of(person, person.memberships[0].organisation_id).actor


def registrar() -> Actor:
    found = queries.person_by_email(reading.office()[0]["email"])
    assert found is not None
    return queries.standing_of(found).actor
