"""One real thing of every kind that a route may name, for tests that ask every route."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sqlalchemy import select

from ipplatform.domain.accounts import services, sessions
from ipplatform.domain.accounts.models import ApiToken, LoginSession, Organisation, Person
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.jobs import Outbox
from tests.factories import actor_of, bearer, make_organisation, make_person, member, office_person

MEMBER_ROLES = ("administrator", "filer", "dealer", "signatory", "viewer")
OFFICE_ROLES = ("registrar", "auditor", "office administrator")


@dataclass
class World:
    """Plain values, so that a copy of the database can be asked without the session that made it.

    ``things`` holds ids as they stand in addresses, by name; ``sessions`` a browser session's token and ``bearers`` the
    headers of an API token, by person.
    """

    things: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    bearers: dict[str, dict[str, str]] = field(default_factory=dict)


def make_world() -> World:
    organisation, other = make_organisation(), make_organisation()
    people = _people(organisation, other)
    world = World()
    world.things |= {name: person.public_id for name, person in people.items()}
    world.things["organisation"] = organisation.public_id
    for name, person in people.items():
        _sign_in(world, name, person, {"newcomer": None, "stranger": other}.get(name, organisation))
    _accounts(world, people, organisation)
    return world


def _people(organisation: Organisation, other: Organisation) -> dict[str, Person]:
    people = {role: member(role, organisation=organisation)[0] for role in MEMBER_ROLES}
    people["stranger"] = member(*MEMBER_ROLES, organisation=other)[0]
    people["newcomer"] = make_person()
    return people | {role: office_person(role.removeprefix("office ")) for role in OFFICE_ROLES}


def _sign_in(world: World, name: str, person: Person, organisation: Organisation | None) -> None:
    acts_for = None if name in OFFICE_ROLES else organisation
    with transaction():
        organisation_id = acts_for.id if acts_for else None
        world.sessions[name] = sessions.begin(person, user_agent="tests", organisation_id=organisation_id)
    world.bearers[name] = bearer(person, acts_for)


def _accounts(world: World, people: dict[str, Person], organisation: Organisation) -> None:
    with transaction():
        invitation, token = services.invite(
            actor=actor_of(people["administrator"], organisation),
            email="later@example.com",
            roles=["viewer"],
            locale="en",
        )
        sessions.request_reset(email=people["newcomer"].email, address="192.0.2.1")
    viewer = people["viewer"].id
    newest = select(LoginSession.id).where(LoginSession.person_id == viewer).order_by(LoginSession.id.desc())
    world.bearers["token for the account"] = bearer(people["filer"], organisation, "account:read")
    world.bearers["token for the market"] = bearer(people["filer"], organisation, "market:read")
    mail = db.session.scalars(select(Outbox.payload).order_by(Outbox.id.desc())).first()
    world.things |= {
        "reset token": re.findall(r"/account/reset/([\w-]+)", str(mail))[0],
        "invitation": invitation.public_id,
        "invitation token": token,
        "session of the viewer": str(db.session.scalars(newest).first()),
        "token of the viewer": db.session.scalars(select(ApiToken.public_id).where(ApiToken.person_id == viewer)).one(),
    }
