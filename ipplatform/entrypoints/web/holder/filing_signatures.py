"""Signing a submitted filing with a key of one's own."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.evidence.holder import passkeys, queries, services
from ipplatform.domain.evidence.holder.models import PASSKEY
from ipplatform.domain.filings.models import Filing
from ipplatform.entrypoints.http import small_files
from ipplatform.entrypoints.http.access import member
from ipplatform.entrypoints.http.forms import errors_of
from ipplatform.entrypoints.http.session import actor
from ipplatform.entrypoints.web.holder.filing_pages import own_filing
from ipplatform.foundation.errors import Invalid
from ipplatform.foundation.i18n import _

blueprint = Blueprint("filing_signatures", __name__, url_prefix="/filings/<filing>/signatures")


@blueprint.get("")
@member
def show(filing: str) -> ResponseReturnValue:
    return _page(own_filing(filing))


@blueprint.get("/message")
@member
def message(filing: str) -> ResponseReturnValue:
    """The exact bytes that an uploaded key signs."""
    found = own_filing(filing)
    data = services.bytes_to_sign(actor=actor(), filing=found.public_id)
    response = Response(data, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = 'attachment; filename="to-sign"'
    return response


@blueprint.post("")
@member
def sign(filing: str) -> ResponseReturnValue:
    """With `credential` by a passkey, else with the signature of the key named `key`."""
    found = own_filing(filing)
    try:
        if "credential" in request.form:
            credential = request.form["credential"]
            services.sign_with_passkey(actor=actor(), filing=found.public_id, credential=credential)
        else:
            signature = small_files.received("signature")
            key = request.form.get("key", "")
            services.sign_with_key(actor=actor(), filing=found.public_id, key=key, signature=signature)
    except Invalid as error:
        messages = [message for found in errors_of(error).values() for message in found]
        return _page(own_filing(filing), messages), 422
    flash(
        _("Your signature is verified and recorded. It stands in the evidence of this filing from now on."), "success"
    )
    return redirect(url_for("filings.show", filing=found.public_id), 303)


def _page(found: Filing, errors: list[object] | None = None) -> str:
    who = actor()
    data = services.bytes_to_sign(actor=who, filing=found.public_id)
    keys = queries.usable_keys(organisation_id=who.organisation_id or 0, person_id=who.person_id or 0)
    held = [key.credential_id for key in keys if key.credential_id is not None]
    challenge = hashlib.sha256(data).digest()
    return render_template(
        "holder/filing_sign.html",
        filing=found,
        uploaded=[key for key in keys if key.kind != PASSKEY],
        passkeys=[key for key in keys if key.kind == PASSKEY],
        options=passkeys.signing_options(challenge=challenge, allow=held) if held else None,
        digest=hashlib.sha256(data).hexdigest(),
        chosen=request.form.get("key"),
        errors=errors or [],
    )
