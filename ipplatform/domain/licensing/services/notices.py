"""Telling the other side by mail."""

from __future__ import annotations

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.licensing.models import Negotiation
from ipplatform.domain.notifications import services as notifications


def tell(found: Negotiation, organisation_id: int, action: str, *roles: str) -> None:
    """Mail the dealers (or ``roles``) and administrators of one side what happened; says no terms."""
    other = accounts.organisation(found.counterpart_id(organisation_id))
    for person in accounts.recipients(organisation_id, *(roles or ("dealer",))):
        notifications.mail(
            to=person.email,
            template="negotiation",
            locale=person.locale,
            context={
                "action": action,
                "other": other.name,
                "asset": found.asset.title,
                "path": f"/negotiations/{found.public_id}",
            },
        )


def tell_both(found: Negotiation, action: str, *roles: str) -> None:
    for organisation_id in (found.licensor_organisation_id, found.licensee_organisation_id):
        tell(found, organisation_id, action, *roles)
