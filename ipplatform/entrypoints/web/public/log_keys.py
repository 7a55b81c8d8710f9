"""The keys that ever signed the log, and the logs that ended before it."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from ipplatform.domain.evidence import keys, queries
from ipplatform.domain.evidence.formats import tiles
from ipplatform.domain.evidence.store.choice import at
from ipplatform.domain.evidence.store.interface import A_WHILE, FOR_EVER, TEXT, kept_as
from ipplatform.domain.evidence.succession import queries as former
from ipplatform.domain.evidence.succession.models import FormerLog
from ipplatform.entrypoints.http.access import public
from ipplatform.entrypoints.http.published import published_file
from ipplatform.foundation.errors import NotFound

blueprint = Blueprint("log_keys", __name__, url_prefix="/log")


@blueprint.get("/keys")
@public
def index() -> ResponseReturnValue:
    return render_template("public/log_keys.html", keys=keys.log_keys(), former=former.former_logs())


@blueprint.get("/vkeys")
@public
def vkeys() -> ResponseReturnValue:
    """Each verifier key with the sizes of heads from and until which it is demanded, for programs."""
    text = "".join(item.line for item in keys.log_keys())
    return published_file(text.encode(), TEXT, A_WHILE)


@blueprint.get("/former/<int:number>")
@public
def ended(number: int) -> ResponseReturnValue:
    log = _log(number)
    return render_template(
        "public/log_former.html", ended=former.Ended(log), anchor=queries.record_by_filing(log.anchor)
    )


@blueprint.get("/former/<int:number>/checkpoint")
@public
def checkpoint(number: int) -> Response:
    return published_file(bytes(_log(number).checkpoint), TEXT, FOR_EVER)


@blueprint.get("/former/<int:number>/policy")
@public
def policy(number: int) -> Response:
    return published_file(_log(number).policy.encode(), TEXT, FOR_EVER)


@blueprint.get("/former/<int:number>/tile/<path:rest>")
@public
def tile(number: int, rest: str) -> Response:
    log = _log(number)
    try:
        name = tiles.parse_path(f"tile/{rest}").path
    except tiles.TileError as error:
        raise NotFound from error
    content = at(log.place).read(name)
    if content is None:
        raise NotFound
    return published_file(content, *kept_as(name))


def _log(number: int) -> FormerLog:
    found = former.former_log(number) if number < 2**31 else None
    if found is None:
        raise NotFound
    return found
