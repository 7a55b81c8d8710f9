"""The public page of a listing."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.assets import titles
from ipplatform.domain.assets.numbers import display
from ipplatform.domain.assets.rules import KIND_LABELS, is_public, shows_content
from ipplatform.domain.licensing.permissions import INQUIRE
from ipplatform.domain.marketplace import access, labels
from ipplatform.domain.marketplace.rules.offers import READINESS, last_day
from ipplatform.domain.rights import words
from ipplatform.entrypoints.http import session
from ipplatform.entrypoints.http.access import public

blueprint = Blueprint("public_listings", __name__, url_prefix="/listings")


@blueprint.get("/<reference>")
@public
def show(reference: str) -> ResponseReturnValue:
    actor = session.actor()
    listing = access.visible_listing(actor=actor, reference=reference)
    asset = listing.asset
    return render_template(
        "public/listing.html",
        listing=listing,
        asset=asset,
        classes=titles.titles_of([(item.scheme, item.code) for item in asset.classifications]),
        may_ask=not actor.signed_in or allows(INQUIRE, actor),
        is_own=actor.organisation_id == listing.organisation_id,
        asset_is_public=is_public(origin=asset.origin, status=asset.status),
        shows_content=shows_content(asset.kind),
        readiness=READINESS,
        last_day=last_day(listing.term_end, asset.expiry_date),
        labels=labels,
        words=words,
        kind_labels=KIND_LABELS,
        display_number=display,
    )
