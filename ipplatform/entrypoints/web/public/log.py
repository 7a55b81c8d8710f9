"""The public log: its files as files, and a page for people."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, render_template, send_file
from flask.typing import ResponseReturnValue

from ipplatform.domain.evidence import keys, publish, queries
from ipplatform.domain.evidence.formats import tiles
from ipplatform.entrypoints.http.access import public
from ipplatform.foundation import settings
from ipplatform.foundation.errors import NotFound

blueprint = Blueprint("log", __name__, url_prefix="/log")
TEXT = "text/plain; charset=utf-8"
FOR_EVER = "public, max-age=31536000, immutable"
SHORTLY = "public, max-age=2"
A_WHILE = "public, max-age=3600"


@blueprint.get("")
@public
def index() -> ResponseReturnValue:
    return render_template(
        "public/log.html", state=queries.state(), checkpoint=queries.latest_checkpoint(), policy=keys.policy()
    )


@blueprint.get("/checkpoint")
@public
def checkpoint() -> ResponseReturnValue:
    return _file(publish.checkpoint_path(), TEXT, SHORTLY)


@blueprint.get("/policy")
@public
def policy() -> ResponseReturnValue:
    return _file(settings.current().log_dir / keys.POLICY_FILE, TEXT, A_WHILE)


@blueprint.get("/tile/<path:rest>")
@public
def tile(rest: str) -> ResponseReturnValue:
    try:
        found = tiles.parse_path(f"tile/{rest}")
    except tiles.TileError as error:
        raise NotFound from error
    return _file(publish.path_of(found), "application/octet-stream", FOR_EVER)


def _file(path: Path, media_type: str, caching: str) -> Response:
    """Monitors and browsers of other origins may read the log: that is what it is for."""
    if not path.is_file():
        raise NotFound
    response = send_file(path, mimetype=media_type, conditional=True, etag=True)
    response.headers["Cache-Control"] = caching
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
