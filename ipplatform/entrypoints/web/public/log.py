"""The public log: its files as files, and a page for people."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from ipplatform.domain.evidence import keys, publish, queries
from ipplatform.domain.evidence.formats import tiles
from ipplatform.domain.evidence.store.choice import published
from ipplatform.domain.evidence.store.interface import kept_as
from ipplatform.entrypoints.http.access import public
from ipplatform.entrypoints.http.published import published_file
from ipplatform.foundation.errors import NotFound

blueprint = Blueprint("log", __name__, url_prefix="/log")


@blueprint.get("")
@public
def index() -> ResponseReturnValue:
    return render_template(
        "public/log.html", state=queries.state(), checkpoint=queries.latest_checkpoint(), policy=keys.policy()
    )


@blueprint.get("/checkpoint")
@public
def checkpoint() -> ResponseReturnValue:
    return _file(publish.CHECKPOINT_FILE)


@blueprint.get("/policy")
@public
def policy() -> ResponseReturnValue:
    return _file(keys.POLICY_FILE)


@blueprint.get("/tile/<path:rest>")
@public
def tile(rest: str) -> ResponseReturnValue:
    try:
        return _file(tiles.parse_path(f"tile/{rest}").path)
    except tiles.TileError as error:
        raise NotFound from error


def _file(name: str) -> Response:
    content = published().read(name)
    if content is None:
        raise NotFound
    return published_file(content, *kept_as(name))
