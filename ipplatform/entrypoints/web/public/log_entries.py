"""The entries of the log for people: the newest, and one with the drawing of its way to the signed root."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from ipplatform.domain.evidence import entries
from ipplatform.domain.evidence.time import queries as time
from ipplatform.entrypoints.http.access import public
from ipplatform.entrypoints.web.public.log_drawing import Drawing
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.ids import parse_id
from ipplatform.foundation.pagination import ForeignCursor

blueprint = Blueprint("log_entries", __name__, url_prefix="/log/entries")


@blueprint.get("")
@public
def index() -> ResponseReturnValue:
    return render_template("public/log_entries.html", listing=entries.listing(_before()))


@blueprint.get("/<int:number>")
@public
def show(number: int) -> ResponseReturnValue:
    found = entries.entry(number, parse_id(request.args.get("filing", "")))
    if found is None:
        raise NotFound
    return render_template(
        "public/log_entry.html",
        entry=found,
        steps=found.steps,
        drawing=Drawing(found.steps),
        interval=time.interval(number),
    )


def _before() -> int | None:
    given = request.args.get("before")
    if given is None:
        return None
    if not (given.isascii() and given.isdigit()) or int(given[:20]) > entries.LARGEST_INDEX:
        raise ForeignCursor("before")
    return int(given)
