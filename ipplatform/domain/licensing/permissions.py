"""Who may do what in a negotiation and with its agreement: the two parties and nobody else, who get NotFound."""

from __future__ import annotations

from typing import Any

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import Permission, Predicate, member_with


def party(actor: Actor, subject: Any) -> bool:
    """Any member of the licensor or the licensee."""
    return actor.organisation_id is not None and actor.organisation_id in (
        subject.licensor_organisation_id,
        subject.licensee_organisation_id,
    )


def party_with(*roles: str) -> Predicate:
    """A member of either party with one of ``roles`` there."""
    held = member_with(*roles)

    def predicate(actor: Actor, subject: Any) -> bool:
        return party(actor, subject) and held(actor, None)

    return predicate


INQUIRE = Permission("licences:write", (member_with("dealer"),))
LIST = Permission("licences:read", (lambda actor, _subject: actor.organisation_id is not None,))
READ = Permission("licences:read", (party,), visible=(party,))
NEGOTIATE = Permission("licences:write", (party_with("dealer"),), visible=(party,))
SIGN = Permission("licences:write", (party_with("signatory"),), visible=(party,))

PERMISSIONS: dict[str, Permission] = {
    "inquire": INQUIRE,
    "list": LIST,
    "read": READ,
    "negotiate": NEGOTIATE,
    "sign": SIGN,
}
