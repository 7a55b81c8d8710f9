"""The demo's listings and needs."""

from __future__ import annotations

from typing import Any

from ipplatform.demo import people, reading, registering
from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.marketplace import queries, services
from ipplatform.domain.marketplace.models import Listing, Need
from ipplatform.domain.marketplace.schemas import ListingSchema, NeedSchema
from ipplatform.domain.rights import acts

RENAMED = {"fields": "fields_of_use"}
DRAFT_ONLY = "shuoxi/parasitics-software"
WITHDRAWN = "fenlight/street-lamp"


def publish_company(slug: str) -> None:
    """List what a company offers, and state what it looks for."""
    actor = people.actor_of(slug)
    company = reading.companies()[slug]
    for asset in company["assets"]:
        if "listing" in asset:
            _list(actor, f"{slug}/{asset['key']}", asset)
    for need in company.get("needs", []):
        services.create_need(actor=actor, values=NeedSchema().load(_renamed(need)))


def listing_of(reference: str) -> Listing:
    """The newest listing of ``company/asset``."""
    found = queries.listings_on_asset(registering.asset_of(reference).id)
    return found[-1]


def needs_of(slug: str) -> list[Need]:
    """A company's needs in the order of its file."""
    organisation_id = people.actor_of(slug).organisation_id
    assert organisation_id is not None
    return list(reversed(queries.needs_of(organisation_id).items))


def decline_matches() -> None:
    for one in reading.dealings()["declines"]:
        services.decline_match(
            actor=people.actor_of(one["licensee"]),
            need=needs_of(one["licensee"])[one["need"]],
            listing=listing_of(one["asset"]),
            reason=one["reason"],
            note=one.get("note", ""),
        )


def _list(actor: Actor, reference: str, asset: dict[str, Any]) -> None:
    values = {"language": asset["language"], "acts": list(acts.acts_of(asset["kind"])), **_renamed(asset["listing"])}
    listing = services.draft(
        actor=actor,
        asset_public_id=registering.asset_of(reference).public_id,
        values=ListingSchema().load(values),
    )
    if reference == DRAFT_ONLY:
        return
    services.publish(actor=actor, listing=listing)
    if reference == WITHDRAWN:
        services.close(actor=actor, listing=listing)


def _renamed(values: dict[str, Any]) -> dict[str, Any]:
    return {RENAMED.get(name, name): value for name, value in values.items()}
