"""Negotiations: the list, one thread with its next step, and the moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.licensing import access, guidance, queries, services, words
from ipplatform.domain.licensing.models import Negotiation
from ipplatform.domain.licensing.permissions import INQUIRE, NEGOTIATE
from ipplatform.domain.licensing.rules import lifecycle
from ipplatform.domain.licensing.schemas import DeclineSchema, InquirySchema, MessageSchema
from ipplatform.domain.marketplace import access as market
from ipplatform.domain.rights.errors import GrantConflict
from ipplatform.entrypoints.http import session
from ipplatform.entrypoints.http.access import member
from ipplatform.entrypoints.http.forms import Form, errors_of, load
from ipplatform.entrypoints.web.holder.home_sections import Section, contribute
from ipplatform.entrypoints.web.market import offer_form, rights_view
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import Conflict, Invalid
from ipplatform.foundation.i18n import _, _l

blueprint = Blueprint("negotiations", __name__, url_prefix="/negotiations")
blueprint.record_once(lambda state: state.app.jinja_env.globals.update(rights=rights_view.NAMES))


@contribute
def waiting(actor: Actor) -> Section:
    """For /home: negotiations in which the next move is ours."""
    found = queries.waiting_for(actor.organisation_id, limit=100) if actor.organisation_id is not None else []
    return Section(_l("Negotiations that wait for you"), len(found), "/negotiations")


@blueprint.get("")
@member
def index() -> ResponseReturnValue:
    actor = session.actor()
    assert actor.organisation_id is not None
    state = request.args.get("state")
    page = queries.negotiations_of(
        actor.organisation_id,
        state=state if state in lifecycle.STATES else None,
        after=request.args.get("after"),
    )
    return render_template(
        "market/negotiations.html", page=page, states=lifecycle.STATE_LABELS, organisation_id=actor.organisation_id
    )


@blueprint.get("/new")
@member
def new() -> ResponseReturnValue:
    return _inquiry(Form(InquirySchema()), request.args.get("listing", ""))


@blueprint.post("")
@member
def create() -> ResponseReturnValue:
    reference = request.form.get("listing", "")
    values, form = load(InquirySchema())
    if values is None:
        return _inquiry(form, reference), 422
    listing = market.visible_listing(actor=session.actor(), reference=reference)
    found = services.inquire(actor=session.actor(), listing_id=listing.id, message=values["message"])
    return redirect(url_for("negotiations.show", reference=found.public_id), 303)


@blueprint.get("/<reference>")
@member
def show(reference: str) -> ResponseReturnValue:
    return _page(_found(reference))


@blueprint.get("/<reference>/offer")
@member
def draft_offer(reference: str) -> ResponseReturnValue:
    found = _found(reference)
    return _offer_page(found, offer_form.blank(found, found.offers[-1] if found.offers else None))


@blueprint.post("/<reference>/offers")
@member
def offer(reference: str) -> ResponseReturnValue:
    found = _found(reference)
    values, form = load(offer_form.schema_for(found))
    if values is None:
        return _offer_page(found, form), 422
    try:
        services.counter_or_offer(actor=session.actor(), negotiation_id=found.id, seen=_seen(), **values)
    except Invalid as error:
        form.errors = errors_of(error)
        return _offer_page(_found(reference), form), 422
    except GrantConflict as refusal:
        db.session.rollback()
        return _offer_page(_found(reference), form, refusal), 409
    except Conflict as error:
        return _back(reference, error)
    flash(_("Your offer has been sent."), "success")
    return _to(reference)


@blueprint.post("/<reference>/accept")
@member
def accept(reference: str) -> ResponseReturnValue:
    found = _found(reference)
    try:
        agreement = services.accept(actor=session.actor(), negotiation_id=found.id, seen=_seen())
    except Conflict as error:
        return _back(reference, error)
    flash(_("Agreed. Read the agreement and sign it."), "success")
    return redirect(url_for("agreements.show", reference=agreement.public_id), 303)


@blueprint.post("/<reference>/decline")
@member
def decline(reference: str) -> ResponseReturnValue:
    return _move(reference, DeclineSchema(), services.decline, _("The negotiation has ended."))


@blueprint.post("/<reference>/withdraw")
@member
def withdraw(reference: str) -> ResponseReturnValue:
    found = _found(reference)
    try:
        services.withdraw(actor=session.actor(), negotiation_id=found.id)
    except Conflict as error:
        return _back(reference, error)
    flash(_("You have withdrawn."), "success")
    return _to(reference)


@blueprint.post("/<reference>/messages")
@member
def say(reference: str) -> ResponseReturnValue:
    return _move(reference, MessageSchema(), services.say, _("Your message has been sent."))


def _move(reference: str, schema: Any, service: Callable[..., Any], done: str) -> ResponseReturnValue:
    found = _found(reference)
    values, form = load(schema)
    if values is None:
        return _page(found, form), 422
    try:
        service(actor=session.actor(), negotiation_id=found.id, **values)
    except Conflict as error:
        return _back(reference, error)
    flash(done, "success")
    return _to(reference)


def _found(reference: str) -> Negotiation:
    return access.visible_negotiation(actor=session.actor(), reference=reference)


def _seen() -> int:
    """The number of the offer the page showed; what is no number was never shown."""
    text = request.form.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _to(reference: str) -> ResponseReturnValue:
    return redirect(url_for("negotiations.show", reference=reference), 303)


def _back(reference: str, error: Conflict) -> ResponseReturnValue:
    """To the thread, which says what has happened since, with the refusal above it."""
    db.session.rollback()
    flash(str(error), "error")
    return _to(reference)


def _inquiry(form: Form, reference: str) -> str:
    listing = market.visible_listing(actor=session.actor(), reference=reference)
    return render_template(
        "market/negotiation_new.html", form=form, listing=listing, may_inquire=allows(INQUIRE, session.actor())
    )


def _offer_page(found: Negotiation, form: Form, refusal: GrantConflict | None = None) -> str:
    return render_template(
        "market/negotiation_offer.html",
        negotiation=found,
        form=form,
        refusal=refusal,
        current=found.offers[-1] if found.offers else None,
        usual_territories=len(offer_form.FIRST),
        is_co_owned=len(found.asset.owners) > 1,
    )


def _page(found: Negotiation, form: Form | None = None) -> str:
    actor = session.actor()
    assert actor.organisation_id is not None
    current = found.offers[-1] if found.offers else None
    state = queries.state_of(found, current)
    agreement = queries.agreement_of(found.id)
    is_mover = found.mover_organisation_id == actor.organisation_id
    posted = type(form.schema) if form else None
    return render_template(
        "market/negotiation.html",
        negotiation=found,
        state=state,
        states=lifecycle.STATE_LABELS,
        actions=lifecycle.possible(state=state, is_mover=is_mover) if allows(NEGOTIATE, actor, found) else (),
        action_labels=lifecycle.ACTION_LABELS,
        reasons=lifecycle.DECLINE_REASONS,
        next_action=guidance.next_action(
            found, state=state, organisation_id=actor.organisation_id, offer=current, agreement=agreement
        ),
        agreement=agreement,
        current=current,
        offers={offer.id: offer for offer in found.offers},
        names={
            found.licensor_organisation_id: found.licensor.name,
            found.licensee_organisation_id: found.licensee.name,
        },
        words=words,
        message_form=form if posted is MessageSchema else Form(MessageSchema()),
        decline_form=form if posted is DeclineSchema else Form(DeclineSchema()),
    )
