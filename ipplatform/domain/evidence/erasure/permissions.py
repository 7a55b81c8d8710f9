"""Who may ask for erasure, decide on it, and hold it back.

The organisation's administrator asks. Registrars decide: an office administrator cannot decide, an auditor changes
nothing, and nobody decides on their own organisation's filing (DOMAIN.md section 1).
"""

from __future__ import annotations

from ipplatform.domain.accounts.authorization import (
    Permission,
    any_member,
    member_with,
    not_own_organisation,
    office_with,
)

_registrar = not_own_organisation(office_with("registrar"))
_KNOWN = (any_member, office_with("registrar", "auditor"))

REQUEST = Permission("filings:write", (member_with("administrator"),), visible=_KNOWN)
SEE = Permission("filings:read", _KNOWN, visible=_KNOWN)
DECIDE = Permission("office:write", (_registrar,), visible=_KNOWN)
LIST = Permission("office:read", (office_with("registrar", "auditor"),))
SEE_HOLD = Permission(
    "office:read",
    (_registrar, not_own_organisation(office_with("auditor"))),
    visible=(office_with("registrar", "auditor"),),
)

PERMISSIONS: dict[str, Permission] = {
    "request": REQUEST,
    "see": SEE,
    "withdraw": REQUEST,
    "decide": DECIDE,
    "list": LIST,
    "hold": DECIDE,
    "see_hold": SEE_HOLD,
}
