"""An organisation's listings: drafting, publishing, closing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.assets import queries as assets
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.assets.rules import KIND_LABELS
from ipplatform.domain.marketplace import access, labels, queries, services
from ipplatform.domain.marketplace.forms import form_values
from ipplatform.domain.marketplace.models import Listing
from ipplatform.domain.marketplace.permissions import EDIT_LISTING
from ipplatform.domain.marketplace.rules.declines import REASONS
from ipplatform.domain.marketplace.rules.lifecycle import LISTING_STATUSES
from ipplatform.domain.marketplace.schemas import ListingCloseSchema, ListingSchema
from ipplatform.entrypoints.http import session
from ipplatform.entrypoints.http.access import member
from ipplatform.entrypoints.http.forms import Form, errors_of, load
from ipplatform.foundation.errors import Conflict, Invalid
from ipplatform.foundation.i18n import _

blueprint = Blueprint("listings", __name__, url_prefix="/market/listings")
COPIED = ("title", "title_translation", "language")


@blueprint.get("")
@member
def index() -> ResponseReturnValue:
    actor = session.actor()
    assert actor.organisation_id is not None
    status = request.args.get("status")
    page = queries.listings_of(
        actor.organisation_id,
        status=status if status in LISTING_STATUSES else None,
        after=request.args.get("after"),
    )
    return render_template("market/listings.html", page=page, may_edit=allows(EDIT_LISTING, actor), labels=labels)


@blueprint.get("/new")
@member
def new() -> ResponseReturnValue:
    reference = request.args.get("asset")
    if not reference:
        return _choose_asset()
    asset = access.own_asset(actor=session.actor(), reference=reference)
    return _form_page(Form(ListingSchema().for_kind(asset.kind), _suggested(asset)), asset)


@blueprint.post("/new")
@member
def create() -> ResponseReturnValue:
    actor = session.actor()
    asset = access.own_asset(actor=actor, reference=request.args.get("asset", ""))
    values, form = load(ListingSchema().for_kind(asset.kind))
    if values is not None:
        try:
            listing = services.draft(actor=actor, asset_public_id=asset.public_id, values=values)
        except Invalid as error:
            form.errors = errors_of(error)
        else:
            flash(_("The draft is saved. Look it over, then publish it."), "success")
            return redirect(url_for("listings.show", reference=listing.public_id), 303)
    return _form_page(form, asset), 422


@blueprint.get("/<reference>")
@member
def show(reference: str) -> ResponseReturnValue:
    listing = access.own_listing(actor=session.actor(), reference=reference)
    return _page(listing)


@blueprint.get("/<reference>/edit")
@member
def edit(reference: str) -> ResponseReturnValue:
    listing = access.own_listing(actor=session.actor(), reference=reference)
    schema = ListingSchema().for_kind(listing.asset.kind)
    return _form_page(Form(schema, form_values(schema, listing)), listing.asset, listing)


@blueprint.post("/<reference>/edit")
@member
def save(reference: str) -> ResponseReturnValue:
    listing = access.own_listing(actor=session.actor(), reference=reference)
    values, form = load(ListingSchema().for_kind(listing.asset.kind))
    if values is not None:
        try:
            services.edit(actor=session.actor(), listing=listing, values=values)
        except Invalid as error:
            form.errors = errors_of(error)
        except Conflict as error:
            if error.code != "not_publishable":
                raise
            form.errors = {"_schema": [error.message]}
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("listings.show", reference=listing.public_id), 303)
    return _form_page(form, listing.asset, listing), 422


@blueprint.post("/<reference>/publish")
@member
def publish(reference: str) -> ResponseReturnValue:
    return _act(reference, services.publish, _("The listing is published."))


@blueprint.post("/<reference>/close")
@member
def close(reference: str) -> ResponseReturnValue:
    values, _form = load(ListingCloseSchema())
    reason = (values or {}).get("reason", "")
    return _act(reference, services.close, _("The listing is closed."), reason=reason)


@blueprint.post("/<reference>/discard")
@member
def discard(reference: str) -> ResponseReturnValue:
    listing = access.own_listing(actor=session.actor(), reference=reference)
    services.discard(actor=session.actor(), listing=listing)
    flash(_("The draft is deleted."), "success")
    return redirect(url_for("listings.index"), 303)


def _act(reference: str, action: Callable[..., Any], done: str, **arguments: Any) -> ResponseReturnValue:
    listing = access.own_listing(actor=session.actor(), reference=reference)
    try:
        action(actor=session.actor(), listing=listing, **arguments)
    except Conflict as error:
        if error.code != "not_publishable":
            raise
        return _page(listing), 409
    flash(done, "success")
    return redirect(url_for("listings.show", reference=listing.public_id), 303)


def _page(listing: Listing) -> str:
    return render_template(
        "market/listing.html",
        listing=listing,
        asset=listing.asset,
        obstacles=services.obstacles(listing) if listing.status != "published" else [],
        declines=queries.declines_of(listing.id),
        notes=queries.decline_notes(listing.id),
        decline_labels=REASONS,
        close_form=Form(ListingCloseSchema(), {"reason": "withdrawn"}),
        may_edit=access.may_edit(session.actor(), listing),
        labels=labels,
        kind_labels=KIND_LABELS,
    )


def _form_page(form: Form, asset: Asset, listing: Listing | None = None) -> str:
    return render_template("market/listing_form.html", form=form, asset=asset, listing=listing)


def _choose_asset() -> str:
    actor = session.actor()
    assert actor.organisation_id is not None
    page = assets.assets_of(actor.organisation_id, status="in_force", after=request.args.get("after"))
    return render_template("market/listing_asset.html", page=page, kind_labels=KIND_LABELS)


def _suggested(asset: Asset) -> dict[str, Any]:
    """What a new form starts with: the register's own title, and the widest usual offer."""
    return {
        **{name: getattr(asset, name) for name in COPIED},
        "acts": ["make", "use", "sell"] if asset.kind == "patent" else [],
        "territories": [asset.office] if asset.office else [],
        "fields_of_use": ["*"],
        "price_model": "negotiable",
        "contact": "platform",
    }
