"""Offers that fit a need, with reasons; and for owners, who seeks what they offer."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.marketplace import access, labels, services
from ipplatform.domain.marketplace.matching import matches, reasons
from ipplatform.domain.marketplace.permissions import EDIT_NEED
from ipplatform.domain.marketplace.rules import declines
from ipplatform.domain.marketplace.schemas import MatchDeclineSchema
from ipplatform.domain.rights import words
from ipplatform.entrypoints.http import session
from ipplatform.entrypoints.http.access import member
from ipplatform.entrypoints.http.forms import Form, load
from ipplatform.foundation.errors import Invalid
from ipplatform.foundation.i18n import _, _l

blueprint = Blueprint("matches", __name__, url_prefix="/market")
TERM_LABELS = {"words": _l("Shared words"), "wording": _l("Similar wording"), "classes": _l("Shared classes")}
STRENGTHS = {"strong": _l("strong"), "fair": _l("fair"), "weak": _l("weak")}


@blueprint.get("/needs/<reference>/matches")
@member
def index(reference: str) -> ResponseReturnValue:
    need = access.own_need(actor=session.actor(), reference=reference)
    return render_template(
        "market/matches.html",
        need=need,
        found=matches.matches_for(actor=session.actor(), need=need),
        may_edit=allows(EDIT_NEED, session.actor(), need),
        decline_form=Form(MatchDeclineSchema()),
        **WORDS,
    )


@blueprint.post("/needs/<reference>/matches/<listing>/decline")
@member
def decline(reference: str, listing: str) -> ResponseReturnValue:
    need = access.own_need(actor=session.actor(), reference=reference)
    found = access.visible_listing(actor=session.actor(), reference=listing)
    values, form = load(MatchDeclineSchema())
    if values is None:
        raise Invalid(form.errors)
    services.decline_match(actor=session.actor(), need=need, listing=found, **values)
    flash(_("Your answer goes to the owner without your name."), "success")
    return redirect(url_for("matches.index", reference=need.public_id), 303)


@blueprint.post("/needs/<reference>/matches/<listing>/restore")
@member
def restore(reference: str, listing: str) -> ResponseReturnValue:
    need = access.own_need(actor=session.actor(), reference=reference)
    found = access.visible_listing(actor=session.actor(), reference=listing)
    services.take_back_decline(actor=session.actor(), need=need, listing=found)
    return redirect(url_for("matches.index", reference=need.public_id), 303)


@blueprint.get("/interest")
@member
def interest() -> ResponseReturnValue:
    found = matches.interest_in(actor=session.actor())
    return render_template("market/match_interest.html", found=found, after=request.args.get("after"), **WORDS)


WORDS = {
    "term_labels": TERM_LABELS,
    "strengths": STRENGTHS,
    "reasons": reasons,
    "decline_labels": declines.REASONS,
    "exclusivity_wanted": declines.EXCLUSIVITY_WANTED,
    "labels": labels,
    "words": words,
}
