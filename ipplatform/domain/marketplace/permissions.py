"""Who may do what in the market. Published listings are everybody's; needs stay with their organisation."""

from __future__ import annotations

from ipplatform.domain.accounts.authorization import Permission, any_member, member_with, system

VIEW_LISTING = Permission("market:read", (any_member, system), (any_member,))
EDIT_LISTING = Permission("market:write", (member_with("dealer"), system), (any_member,))
VIEW_NEED = Permission("market:read", (any_member,), (any_member,))
EDIT_NEED = Permission("market:write", (member_with("dealer"),), (any_member,))
VIEW_INTEREST = Permission("market:read", (any_member,), (any_member,))

PERMISSIONS: dict[str, Permission] = {
    "market.listing.view": VIEW_LISTING,
    "market.listing.edit": EDIT_LISTING,
    "market.need.view": VIEW_NEED,
    "market.need.edit": EDIT_NEED,
    "market.interest.view": VIEW_INTEREST,
}
