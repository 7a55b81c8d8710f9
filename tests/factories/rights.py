"""Terms, assets to grant on, and grants."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.assets import services as assets
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.assets.values import PartyValue
from ipplatform.domain.rights import services
from ipplatform.domain.rights.models import Grant
from ipplatform.domain.rights.rules import GrantTerms
from ipplatform.foundation.db import transaction
from ipplatform.foundation.ids import new_public_id
from tests.factories.accounts import make_organisation


def terms(exclusivity: str = "ordinary", **changes: Any) -> GrantTerms:
    """Terms to sell in Germany for traction batteries from 2026 to 2029, with ``changes``."""
    usual: dict[str, Any] = {
        "acts": frozenset({"sell"}),
        "territories": frozenset({"DE"}),
        "fields": frozenset({"batteries.traction"}),
        "start": date(2026, 1, 1),
        "end": date(2029, 3, 1),
    }
    for axis in ("acts", "territories", "fields"):
        if axis in changes:
            changes[axis] = frozenset(changes[axis])
    return GrantTerms(exclusivity=exclusivity, **{**usual, **changes})


def make_right(organisation: Organisation | None = None, *, kind: str = "patent", status: str = "in_force") -> Asset:
    """An external asset in force, held by ``organisation`` (a new one by default)."""
    holder = organisation or make_organisation()
    public_id = new_public_id()
    with transaction():
        return assets.register(
            organisation_id=holder.id,
            kind=kind,
            public_id=public_id,
            title="Separator for a solid-state cell",
            status=status,
            origin="external",
            office="US",
            publication_number=f"US{public_id.upper()}B2",
            parties=[PartyValue("owner", holder.name, holder.country, Fraction(1), holder.id)],
        )


def make_grant(
    asset: Asset, wanted: GrantTerms | None = None, licensee: Organisation | None = None, **more: Any
) -> Grant:
    licensee_id = (licensee or make_organisation()).id
    with transaction():
        return services.grant(
            asset=asset,
            licensor_organisation_id=more.pop("licensor_organisation_id", asset.organisation_id),
            licensee_organisation_id=licensee_id,
            terms=wanted or terms(),
            agreement_ref="test",
            **more,
        )
