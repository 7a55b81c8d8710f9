"""The start page, and the pages that say what this service is."""

from __future__ import annotations

import time

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from ipplatform.domain.assets import queries as assets
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.assets.rules import ALIVE
from ipplatform.domain.evidence import queries as evidence
from ipplatform.domain.marketplace.models import Listing
from ipplatform.domain.marketplace.queries import listings
from ipplatform.domain.marketplace.rules.lifecycle import PUBLISHED
from ipplatform.entrypoints.http.access import public
from ipplatform.foundation.db import db
from ipplatform.foundation.i18n import _

blueprint = Blueprint("home", __name__)
LATEST = 5
COUNTED_EVERY = 60.0


@blueprint.get("/")
@public
def index() -> ResponseReturnValue:
    offers = listings.published(limit=LATEST).items
    in_force, offered = _counts()
    return render_template(
        "public/home.html",
        offers=offers,
        newest=[] if offers else assets.public_assets(limit=LATEST).items,
        figures=[
            (_("Rights in force"), in_force),
            (_("Offers"), offered),
            (_("Entries in the public log"), evidence.published_size()),
        ],
    )


@blueprint.get("/about")
@public
def about() -> ResponseReturnValue:
    return render_template("public/about.html")


@blueprint.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    return render_template("public/privacy.html")


def _counts() -> tuple[int, int]:
    """Rights in force and published offers, counted at most once a minute: counting reads every row."""
    counted_at, counts = current_app.extensions.get("home_counts", (None, (0, 0)))
    moment = time.monotonic()
    if counted_at is None or moment - counted_at > COUNTED_EVERY:
        in_force = select(func.count()).where(Asset.status == ALIVE).scalar_subquery()
        offered = select(func.count()).where(Listing.status == PUBLISHED).scalar_subquery()
        counts = tuple(db.session.execute(select(in_force, offered)).one())
        current_app.extensions["home_counts"] = (moment, counts)
    return counts[0], counts[1]
