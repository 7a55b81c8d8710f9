"""Agreements: the document, its digest, the signatures, and the proof once it is executed."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.evidence import queries as evidence
from ipplatform.domain.licensing import access, queries, services, words
from ipplatform.domain.licensing.models import Agreement
from ipplatform.domain.licensing.permissions import SIGN
from ipplatform.domain.licensing.rules import lifecycle
from ipplatform.domain.licensing.schemas import SignSchema
from ipplatform.domain.rights import queries as rights
from ipplatform.entrypoints.http import bundles, downloads, session
from ipplatform.entrypoints.http.access import member
from ipplatform.entrypoints.http.forms import Form, load
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import Conflict, NotFound, TooMany
from ipplatform.foundation.i18n import _

blueprint = Blueprint("agreements", __name__, url_prefix="/agreements")


@blueprint.get("")
@member
def index() -> ResponseReturnValue:
    organisation_id = session.actor().organisation_id
    assert organisation_id is not None
    state = request.args.get("state")
    page = queries.agreements_of(
        organisation_id,
        state=state if state in lifecycle.AGREEMENT_STATES else None,
        after=request.args.get("after"),
    )
    return render_template("market/agreements.html", page=page, organisation_id=organisation_id)


@blueprint.get("/<reference>")
@member
def show(reference: str) -> ResponseReturnValue:
    agreement = _found(reference)
    return _page(agreement, Form(SignSchema(), {"sha256": agreement.sha256}))


@blueprint.get("/<reference>/document.pdf")
@member
def document(reference: str) -> ResponseReturnValue:
    return downloads.send(_found(reference).document)


@blueprint.get("/<reference>/evidence")
@member
def proof(reference: str) -> ResponseReturnValue:
    """The whole bundle of the licence filing, for either party."""
    agreement = _found(reference)
    record = evidence.record_by_filing(agreement.filing.public_id) if agreement.filing else None
    if record is None:
        raise NotFound
    return bundles.answer_member(record, with_filing=True)


@blueprint.post("/<reference>/sign")
@member
def sign(reference: str) -> ResponseReturnValue:
    agreement = _found(reference)
    values, form = load(SignSchema())
    if values is None:
        return _page(agreement, form), 422
    try:
        outcome = services.sign(actor=session.actor(), agreement_id=agreement.id, **values)
    except TooMany as error:
        form.errors = {"password": [error.message]}
        return _page(agreement, form), 429
    except Conflict as error:
        db.session.rollback()
        flash(str(error), "error")
        return redirect(url_for("agreements.show", reference=reference), 303)
    if outcome.wrong_password:
        form.errors = {"password": [_("This is not your password.")]}
        return _page(agreement, form), 422
    if outcome.refusal is not None:
        flash(str(outcome.refusal), "error")
        return redirect(url_for("negotiations.show", reference=agreement.negotiation.public_id), 303)
    flash(_("The licence is in force and recorded.") if outcome.executed else _("You have signed."), "success")
    return redirect(url_for("agreements.show", reference=agreement.public_id), 303)


def _found(reference: str) -> Agreement:
    return access.visible_agreement(actor=session.actor(), reference=reference)


def _page(agreement: Agreement, form: Form) -> str:
    actor = session.actor()
    executed = agreement.state == lifecycle.EXECUTED
    record = agreement.filing.record if agreement.filing else None
    signed = {signature.organisation_id for signature in agreement.signatures}
    return render_template(
        "market/agreement.html",
        agreement=agreement,
        form=form,
        rows=words.rows(agreement.offer.terms),
        may_sign=agreement.state == lifecycle.AWAITING
        and actor.organisation_id not in signed
        and allows(SIGN, actor, agreement),
        has_signed=actor.organisation_id in signed,
        grants=rights.grants_under(agreement.public_id) if executed else [],
        is_included=record is not None and evidence.is_included(record),
    )
