"""One real thing of every kind that a route may name, for tests that ask every route."""

from __future__ import annotations

from dataclasses import dataclass, field

from ipplatform.domain.accounts.models import Organisation, Person
from tests.factories import make_organisation, make_person, member, office_person


@dataclass
class World:
    """An organisation with a person in each role, one that is a stranger to it, and the office.

    ``things`` are public ids by the name that routes use for them.
    """

    organisation: Organisation
    other: Organisation
    people: dict[str, Person]
    things: dict[str, str] = field(default_factory=dict)


def make_world() -> World:
    organisation, other = make_organisation(), make_organisation()
    people = {role: member(role, organisation=organisation)[0] for role in MEMBER_ROLES}
    people["stranger"] = member(*MEMBER_ROLES, organisation=other)[0]
    people["newcomer"] = make_person()
    people |= {role: office_person(role.removeprefix("office ")) for role in OFFICE_ROLES}
    return World(organisation, other, people)


MEMBER_ROLES = ("administrator", "filer", "dealer", "signatory", "viewer")
OFFICE_ROLES = ("registrar", "auditor", "office administrator")
