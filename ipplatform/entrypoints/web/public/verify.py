"""The page that verifies bundles in the browser. Nothing is uploaded, so there is nothing here but the page."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from ipplatform.domain.evidence import keys, queries
from ipplatform.entrypoints.http.access import public
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.ids import parse_id

blueprint = Blueprint("verify", __name__, url_prefix="/verify")


@blueprint.get("")
@public
def index() -> ResponseReturnValue:
    return render_template("public/verify.html", policy=keys.policy(), record=None)


@blueprint.get("/<number>")
@public
def of_record(number: str) -> ResponseReturnValue:
    """Where the code on a certificate leads: the page, and the record it is about."""
    record = queries.record_by_filing(parse_id(number) or "")
    if record is None:
        raise NotFound
    return render_template("public/verify.html", policy=keys.policy(), record=record)
