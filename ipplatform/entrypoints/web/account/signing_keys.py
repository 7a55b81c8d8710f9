"""A person's signing keys in the organisation they act for: enrolling with proof of possession, and revoking."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.accounts.permissions import PERMISSIONS
from ipplatform.domain.evidence.holder import enrolment, passkeys, publickeys, queries
from ipplatform.domain.evidence.holder.models import SigningChallenge
from ipplatform.domain.evidence.holder.permissions import ENROL
from ipplatform.domain.evidence.holder.schemas import PasskeySchema, RevocationSchema, UploadSchema
from ipplatform.entrypoints.http import session, small_files
from ipplatform.entrypoints.http.access import member
from ipplatform.entrypoints.http.forms import Form, errors_of, load
from ipplatform.foundation.errors import Conflict, Invalid
from ipplatform.foundation.i18n import _

blueprint = Blueprint("signing_keys", __name__, url_prefix="/account/signing-keys")


def _page(passkey: Form | None = None, upload: Form | None = None, revocation: Form | None = None) -> str:
    """Administrators see the whole organisation's keys: they revoke those of people who have left."""
    actor = session.actor()
    everybody = allows(PERMISSIONS["organisation.administer"], actor)
    keys = queries.keys_of(organisation_id=actor.organisation_id or 0, person_id=None if everybody else actor.person_id)
    return render_template(
        "account/signing_keys.html",
        keys=keys,
        may_enrol=allows(ENROL, actor),
        passkey=passkey or Form(PasskeySchema()),
        upload=upload or Form(UploadSchema()),
        revocation=revocation or Form(RevocationSchema()),
    )


@blueprint.get("")
@member
def index() -> ResponseReturnValue:
    return _page()


@blueprint.post("/passkeys")
@member
def begin_passkey() -> ResponseReturnValue:
    values, form = load(PasskeySchema())
    if values is None:
        return _page(passkey=form), 422
    begun = enrolment.begin_passkey(actor=session.actor(), name=values["name"])
    return redirect(url_for(".show", challenge=begun.public_id), 303)


@blueprint.post("/uploads")
@member
def begin_upload() -> ResponseReturnValue:
    """A private key pasted by mistake is not even sent back to the page."""
    file = request.files.get("public_key_file")
    pasted = request.form.get("public_key") or ("file" if file is not None and file.filename else "")
    values, form = load(UploadSchema(), {"name": request.form.get("name", ""), "public_key": pasted})
    if values is not None:
        try:
            data = small_files.received("public_key")
            begun = enrolment.begin_upload(actor=session.actor(), name=values["name"], public_key=data)
            return redirect(url_for(".show", challenge=begun.public_id), 303)
        except Invalid as error:
            form.errors = errors_of(error)
    form.data = {"name": request.form.get("name", "")}
    return _page(upload=form), 422


@blueprint.get("/enrolments/<challenge>")
@member
def show(challenge: str) -> ResponseReturnValue:
    return _challenge_page(_open(challenge))


@blueprint.get("/enrolments/<challenge>/text")
@member
def text(challenge: str) -> ResponseReturnValue:
    """The exact bytes to sign."""
    found = _open(challenge)
    if found.spki is None:
        raise Conflict(enrolment.EXPIRED, code="challenge_expired")
    response = Response(enrolment.text_to_sign(found), mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = 'attachment; filename="to-sign.txt"'
    return response


@blueprint.post("/enrolments/<challenge>")
@member
def finish(challenge: str) -> ResponseReturnValue:
    found, actor = _open(challenge), session.actor()
    try:
        if found.spki is None:
            credential = request.form.get("credential", "")
            key = enrolment.finish_passkey(actor=actor, challenge=challenge, credential=credential)
        else:
            signature = small_files.received("signature")
            key = enrolment.finish_upload(actor=actor, challenge=challenge, signature=signature)
    except Invalid as error:
        errors = errors_of(error)
        return _challenge_page(_open(challenge), [message for found in errors.values() for message in found]), 422
    flash(_("%(name)s is enrolled. You can sign your filings with it.", name=key.name), "success")
    return redirect(url_for(".index"), 303)


@blueprint.post("/<key>/revoke")
@member
def revoke(key: str) -> ResponseReturnValue:
    values, form = load(RevocationSchema())
    if values is None:
        return _page(revocation=form), 422
    enrolment.revoke(actor=session.actor(), key=key, reason=values["reason"])
    flash(_("The key is revoked. What it signed before stays verifiable."), "success")
    return redirect(url_for(".index"), 303)


def _open(challenge: str) -> SigningChallenge:
    return enrolment.open_challenge(actor=session.actor(), challenge=challenge)


def _challenge_page(found: SigningChallenge, errors: list[object] | None = None) -> str:
    options = None if found.spki is not None else _options(found)
    key = None if found.spki is None else publickeys.of_spki(found.spki)
    return render_template(
        "account/signing_key_enrolment.html", challenge=found, options=options, key=key, errors=errors or []
    )


def _options(found: SigningChallenge) -> str:
    standing = session.standing()
    assert standing is not None
    known = queries.keys_of(organisation_id=found.organisation_id, person_id=found.person_id)
    return passkeys.registration_options(
        challenge=found.challenge,
        user=standing.person.public_id,
        email=standing.person.email,
        name=standing.person.name,
        rp_name=current_app.config["SETTINGS"].zone_name,
        exclude=[key.credential_id for key in known if key.credential_id is not None and key.revoked_at is None],
    )
