"""Who gets in where: one line for every route and method. A route without a line fails the matrix test.

A line names the people who get in; everybody else must be refused. ``given`` names the thing in the world that a part
of the address stands for; ``body`` is what is sent, complete enough that nothing but permission can refuse it.
Getting in means that the request reached its service: a page, a redirect onwards, or a conflict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OWN = frozenset({"administrator", "filer", "dealer", "signatory", "viewer"})
MEMBERS = OWN | {"stranger"}
OFFICE = frozenset({"registrar", "auditor", "office administrator"})
SIGNED_IN = MEMBERS | OFFICE | {"newcomer"}
EVERYBODY = SIGNED_IN | {"anonymous"}

PASSWORD = "seven quiet river stones"


def own(*roles: str) -> frozenset[str]:
    """People of the organisation in ``roles``; administrators hold every permission but signing."""
    return frozenset(roles)


@dataclass(frozen=True, slots=True)
class Line:
    enter: frozenset[str]
    given: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] = field(default_factory=dict)


ACCOUNT = {
    "POST account.language": Line(EVERYBODY, body={"lang": "zh"}),
    "GET account.sign_in": Line(EVERYBODY),
    "POST account.sign_in_now": Line(EVERYBODY, body={"email": "nobody@example.com", "password": PASSWORD}),
    "POST account.sign_out": Line(SIGNED_IN),
    "GET account.sign_up": Line(EVERYBODY),
    "POST account.sign_up_now": Line(EVERYBODY),
    "POST account.switch": Line(OWN, body={"organisation": "{organisation}"}),
    "POST organisation.accept": Line(frozenset({"anonymous"}), {"token": "invitation token"}),
    "GET organisation.invitation": Line(EVERYBODY, {"token": "invitation token"}),
    "POST organisation.change_roles": Line(own("administrator"), {"public_id": "viewer"}, {"roles": "filer"}),
    "GET organisation.new": Line(SIGNED_IN),
    "POST organisation.create": Line(SIGNED_IN),
    "POST organisation.invite": Line(
        own("administrator") | {"stranger"}, body={"email": "invited@example.com", "roles": "viewer"}
    ),
    "POST organisation.revoke_invitation": Line(own("administrator"), {"public_id": "invitation"}),
    "GET organisation.show": Line(MEMBERS),
    "GET passwords.forgotten": Line(EVERYBODY),
    "POST passwords.send_link": Line(EVERYBODY, body={"email": "nobody@example.com"}),
    "GET passwords.reset": Line(EVERYBODY, {"token": "reset token"}),
    "POST passwords.reset_now": Line(EVERYBODY, {"token": "reset token"}, {"password": PASSWORD}),
    "POST profile.change_password": Line(SIGNED_IN),
    "POST profile.end_session": Line(own("viewer"), {"session_id": "session of the viewer"}),
    "POST profile.save": Line(SIGNED_IN, body={"name": "A name", "locale": "zh"}),
    "GET profile.show": Line(SIGNED_IN),
    "GET tokens.index": Line(SIGNED_IN),
    "POST tokens.create": Line(SIGNED_IN, body={"name": "A program", "scopes": "account:read"}),
    "POST tokens.revoke": Line(own("viewer"), {"public_id": "token of the viewer"}),
    "GET me.Me": Line(SIGNED_IN),
}

OPERATION = {
    "GET health.healthz": Line(EVERYBODY),
    "GET health.readyz": Line(EVERYBODY),
    "GET health.metrics": Line(EVERYBODY),
    "GET api-docs.openapi_json": Line(EVERYBODY),
    "GET admin_people.index": Line(frozenset({"office administrator"})),
    "GET admin_people.show": Line(frozenset({"office administrator"}), {"public_id": "viewer"}),
    "POST admin_people.change": Line(
        frozenset({"office administrator"}), body={"person": "{viewer}", "roles": "auditor"}
    ),
}

PAGES = {
    "GET home.index": Line(EVERYBODY),
    "GET home.about": Line(EVERYBODY),
    "GET home.privacy": Line(EVERYBODY),
    "GET styleguide.index": Line(frozenset()),  # only while developing
}

TABLE: dict[str, Line] = {**ACCOUNT, **OPERATION, **PAGES}
