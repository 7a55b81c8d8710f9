"""Who may do what with a filing. An unpublished one is known to its organisation and the office alone."""

from __future__ import annotations

from typing import Any

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import (
    Permission,
    any_member,
    member_with,
    not_own_organisation,
    office_with,
    system,
)

_registrar = office_with("registrar")


def on_the_case(actor: Actor, subject: Any) -> bool:
    """The registrar who took the case."""
    return _registrar(actor, subject) and subject.registrar_id is not None and subject.registrar_id == actor.person_id


def published_to_office(actor: Actor, subject: Any) -> bool:
    return _registrar(actor, subject) and subject.status == "registered"


_KNOWN = (any_member, office_with("registrar", "auditor"))

SEE = Permission("filings:read", (*_KNOWN, system), visible=_KNOWN)
READ = Permission(
    "filings:read",
    (any_member, on_the_case, published_to_office, office_with("auditor"), system),
    visible=_KNOWN,
)
DRAFT = Permission("filings:write", (member_with("filer"), system), visible=(any_member,))
SUBMIT = Permission("filings:write", (member_with("filer"), system), visible=(any_member,))
EXAMINE = Permission("office:write", (not_own_organisation(_registrar),), visible=_KNOWN)
DECIDE = Permission("office:write", (not_own_organisation(on_the_case),), visible=_KNOWN)
QUEUE = Permission("office:read", (_registrar,))

PERMISSIONS: dict[str, Permission] = {
    "see": SEE,
    "read": READ,
    "draft": DRAFT,
    "submit": SUBMIT,
    "examine": EXAMINE,
    "decide": DECIDE,
    "queue": QUEUE,
}
