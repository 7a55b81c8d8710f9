"""Who may enrol keys, sign and revoke. A signatory binds the organisation; a filer signs what they submit."""

from __future__ import annotations

from typing import Any

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import (
    Permission,
    any_member,
    member_with,
    system,
)

SIGNING_ROLES = frozenset({"signatory", "filer"})


def signs(actor: Actor, subject: Any) -> bool:
    """With a signing role of one's own: unlike elsewhere, administering the organisation does not stand for it."""
    return any_member(actor, subject) and bool(actor.roles & SIGNING_ROLES)


def own_key(actor: Actor, subject: Any) -> bool:
    return any_member(actor, subject) and subject.person_id == actor.person_id


ENROL = Permission("account:write", (signs,))
SEE_KEYS = Permission("account:read", (any_member,), visible=(any_member,))
REVOKE = Permission("account:write", (own_key, member_with("administrator")), visible=(any_member,))
SIGN = Permission("filings:write", (signs,), visible=(any_member,))
SEE_SIGNATURES = Permission("filings:read", (any_member, system), visible=(any_member,))

PERMISSIONS: dict[str, Permission] = {
    "enrol": ENROL,
    "see_keys": SEE_KEYS,
    "revoke": REVOKE,
    "sign": SIGN,
    "see_signatures": SEE_SIGNATURES,
}
