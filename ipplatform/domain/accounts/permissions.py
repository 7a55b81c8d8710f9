from __future__ import annotations

from ipplatform.domain.accounts.authorization import (
    Permission,
    any_member,
    member_with,
    office_with,
    signed_in,
    system,
)

PERMISSIONS = {
    "account.use": Permission("account:read", (signed_in,)),
    "organisation.see": Permission("account:read", (any_member,), visible=(any_member,)),
    "organisation.administer": Permission("account:write", (member_with("administrator"),), visible=(any_member,)),
    "office.administer": Permission("office:write", (office_with("administrator"), system)),
}
