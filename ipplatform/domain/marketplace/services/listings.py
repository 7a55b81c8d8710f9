"""Listings: drafted and published by dealers; closed or narrowed when the ground they stand on changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ipplatform.domain.accounts.actor import SYSTEM, Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.assets import queries as assets
from ipplatform.domain.assets.erasure import is_erased
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.audit import services as audit
from ipplatform.domain.marketplace import index, queries
from ipplatform.domain.marketplace.models import Listing
from ipplatform.domain.marketplace.permissions import EDIT_LISTING
from ipplatform.domain.marketplace.rules import lifecycle, offers
from ipplatform.domain.marketplace.services.terms import owners_of, terms_of
from ipplatform.domain.rights import acts, territory, words
from ipplatform.domain.rights import queries as rights
from ipplatform.domain.rights import services as ledger
from ipplatform.foundation.clock import now, today
from ipplatform.foundation.db import db, lock_row
from ipplatform.foundation.errors import Conflict, Invalid, NotFound
from ipplatform.foundation.i18n import _, _l, colon

TITLE_FAULTS: Mapping[str, Any] = {
    "not_holder": _l("Your organisation does not hold this asset."),
    "shares_unknown": _l("The register does not say who owns which share of this asset."),
    "not_owner": _l("Your organisation is not among the owners of this asset."),
}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a listing cannot be published; ``code`` is for programs."""

    code: str
    message: str


def draft(*, actor: Actor, asset_public_id: str, values: Mapping[str, Any]) -> Listing:
    """A new draft for an asset the actor's organisation holds; ``values`` are what ListingSchema loads."""
    asset = assets.asset(asset_public_id)
    if asset is None:
        raise NotFound
    require(EDIT_LISTING, actor, asset)
    listing = Listing(organisation_id=asset.organisation_id, asset=asset, status=lifecycle.DRAFT)
    _set(listing, asset, values)
    db.session.add(listing)
    db.session.flush()
    _record(actor, listing, "draft")
    return listing


def edit(*, actor: Actor, listing: Listing, values: Mapping[str, Any]) -> Listing:
    """Change a listing; one that is published must still be publishable afterwards, else nothing is changed."""
    _allow(actor, listing, "edit")
    with db.session.begin_nested():
        _set(listing, listing.asset, values)
        listing.updated_at = now()
        if listing.status == lifecycle.PUBLISHED:
            _require_publishable(listing)
            listing.narrowed_at = None
    _record(actor, listing, "edit")
    if listing.is_public:
        index.changed(listing.id)
    return listing


def publish(*, actor: Actor, listing: Listing) -> Listing:
    """Show a listing to everybody. Conflict (``not_publishable``) names every obstacle."""
    _allow(actor, listing, "publish")
    _require_publishable(listing)
    moment = now()
    listing.status, listing.published_at, listing.updated_at = lifecycle.PUBLISHED, moment, moment
    listing.closed_reason, listing.closed_at, listing.narrowed_at = None, None, None
    db.session.flush()
    _record(actor, listing, "publish")
    index.changed(listing.id)
    index.schedule_nightly()
    return listing


def close(*, actor: Actor, listing: Listing, reason: str = lifecycle.WITHDRAWN) -> Listing:
    """End the offer for a reason of the owner's; a withdrawn one is no longer seen by others."""
    if reason not in lifecycle.OWNERS_REASONS:
        raise Invalid({"reason": [_l("This is not on the list.")]})
    _allow(actor, listing, "close")
    _close(listing, reason)
    _record(actor, listing, "close", reason=reason)
    return listing


def discard(*, actor: Actor, listing: Listing) -> None:
    """Delete a draft that was never published."""
    _allow(actor, listing, "discard")
    _record(actor, listing, "discard")
    db.session.delete(listing)
    db.session.flush()


def obstacles(listing: Listing) -> list[Obstacle]:
    """Everything that keeps the listing from being published, in words; one statement beyond the listing."""
    asset = listing.asset
    found: list[Obstacle] = []
    if not assets.is_alive(asset):
        found.append(Obstacle("not_alive", _("The right is not in force.")))
    if is_erased(asset):
        found.append(Obstacle(lifecycle.ERASED, _("The content of this asset was erased.")))
    fault = offers.title_fault(asset.organisation_id, listing.organisation_id, owners_of(asset))
    if fault is not None:
        found.append(Obstacle(fault, str(TITLE_FAULTS[fault])))
    if offers.needs_consent(len(asset.owners), listing.exclusivities) and not listing.consent_declared:
        found.append(Obstacle("consent", _("Exclusive, sole and open licences need the consent of all co-owners.")))
    if listing.term_end is not None and listing.term_end < today():
        found.append(Obstacle("term_over", _("The offer's last day has passed.")))
    if not found:
        found += _taken(listing)
    return found


def reconsider(asset_id: int) -> None:
    """Close or narrow the published listings of an asset after title, status or rights have changed."""
    for listing in queries.listings_on_asset(asset_id):
        asset = listing.asset
        if not assets.is_alive(asset):
            _close_by_itself(listing, "not_alive")
        elif offers.title_fault(asset.organisation_id, listing.organisation_id, owners_of(asset)) is not None:
            _close_by_itself(listing, "title_changed")
        elif listing.term_end is not None and listing.term_end < today():
            _close_by_itself(listing, "ended")
        else:
            _narrow(listing)


def _narrow(listing: Listing) -> None:
    terms = [(listing.asset_id, terms_of(listing, kind)) for kind in listing.exclusivities]
    answers = dict(zip(listing.exclusivities, rights.availability_each(terms), strict=True))
    if all(answer.free for answer in answers.values()):
        return
    left = offers.narrow(territory.expand(listing.territories), answers)
    if not left.exclusivities:
        _close_by_itself(listing, "rights_taken")
        return
    before = {"exclusivities": list(listing.exclusivities), "territories": list(listing.territories)}
    if left.territories != territory.expand(listing.territories):
        listing.territories = list(territory.condense(left.territories))
    listing.exclusivities = list(left.exclusivities)
    listing.narrowed_at = listing.updated_at = now()
    db.session.flush()
    _record(SYSTEM, listing, "narrow", before=before)
    index.changed(listing.id)


def _close_by_itself(listing: Listing, reason: str) -> None:
    _close(listing, reason)
    _record(SYSTEM, listing, "close", reason=reason)


def _close(listing: Listing, reason: str) -> None:
    listing.status, listing.closed_reason = lifecycle.CLOSED, reason
    listing.closed_at = listing.updated_at = now()
    db.session.flush()
    index.changed(listing.id)


def _taken(listing: Listing) -> list[Obstacle]:
    terms = [(listing.asset_id, terms_of(listing, kind)) for kind in listing.exclusivities]
    answers = zip(listing.exclusivities, rights.availability_each(terms), strict=True)
    return [
        Obstacle("rights_taken", f"{words.exclusivity(kind)}{colon()}{words.refusal(answer)}")
        for kind, answer in answers
        if not answer.free
    ]


def _require_publishable(listing: Listing) -> None:
    found = obstacles(listing)
    if found:
        raise Conflict(
            _("This listing cannot be published: %(reasons)s", reasons=" ".join(one.message for one in found)),
            code="not_publishable",
            detail={"reasons": [{"code": one.code, "message": one.message} for one in found]},
        )


def _allow(actor: Actor, listing: Listing, name: str) -> None:
    """Asset and listing locked, in the order grants lock them: no right is granted away while its offer is published."""
    require(EDIT_LISTING, actor, listing)
    ledger.lock(listing.asset_id)
    if lock_row(Listing, listing.id) is None:
        raise NotFound
    if listing.status not in lifecycle.LISTING_ACTIONS[name].sources:
        raise Conflict(_l("This listing is in a state that does not allow that."), code="wrong_status")


def _set(listing: Listing, asset: Asset, values: Mapping[str, Any]) -> None:
    unknown = set(values["acts"]) - set(acts.acts_of(asset.kind))
    if unknown:
        raise Invalid({"acts": [_("A right of this kind does not reserve: %(acts)s.", acts=words.act_names(unknown))]})
    renamed = {"fields_of_use": "fields"}
    for name, value in values.items():
        setattr(listing, renamed.get(name, name), value)


def _record(actor: Actor, listing: Listing, verb: str, **detail: Any) -> None:
    audit.record(actor=actor, action=f"listing.{verb}", subject_kind="listing", subject=listing.public_id, **detail)
