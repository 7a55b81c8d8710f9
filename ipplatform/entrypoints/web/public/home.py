"""The start page, and the pages that say what this service is."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from ipplatform.domain.assets import queries as assets
from ipplatform.domain.evidence import queries as evidence
from ipplatform.entrypoints.http.access import public
from ipplatform.foundation.i18n import _

blueprint = Blueprint("home", __name__)
LATEST = 6


@blueprint.get("/")
@public
def index() -> ResponseReturnValue:
    return render_template(
        "public/home.html",
        figures=[(_("Entries in the public log"), evidence.published_size())],
        newest=assets.public_assets(limit=LATEST).items,
    )


@blueprint.get("/about")
@public
def about() -> ResponseReturnValue:
    return render_template("public/about.html")


@blueprint.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    return render_template("public/privacy.html")
