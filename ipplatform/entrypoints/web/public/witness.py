"""This installation as a witness: the door for other logs, and what it says about itself."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from ipplatform.domain.evidence.formats.submission import LARGEST_BODY
from ipplatform.domain.evidence.witness import equivocation, identity, server, status
from ipplatform.entrypoints.http import csrf
from ipplatform.entrypoints.http.access import limits_body, public
from ipplatform.entrypoints.http.throttle import Throttle
from ipplatform.foundation.errors import NotFound

blueprint = Blueprint("witness", __name__, url_prefix="/witness")
throttle = Throttle(rate=10, burst=60)


@blueprint.get("")
@public
def index() -> ResponseReturnValue:
    return render_template(
        "public/witness.html",
        logs=server.witnessed(),
        proofs=equivocation.all_found(),
        vkeys=[key.vkey for key in identity.verifier_keys()],
        status=status.status(),
    )


@blueprint.get("/vkeys")
@public
def vkeys() -> ResponseReturnValue:
    return _text("".join(f"{key.vkey}\n" for key in identity.verifier_keys()).encode())


@blueprint.get("/equivocations/<public_id>")
@public
def proof(public_id: str) -> ResponseReturnValue:
    found = equivocation.by_public_id(public_id)
    if found is None:
        raise NotFound
    answer = _text(bytes(found.proof))
    answer.headers["Content-Disposition"] = f'attachment; filename="equivocation-{found.public_id}.txt"'
    return answer


@blueprint.post("/add-checkpoint")
@public
@limits_body(LARGEST_BODY)
def add_checkpoint() -> ResponseReturnValue:
    """No form and no session stands behind it: the log's signature in the body is what counts."""
    if not throttle.admits(request.remote_addr or ""):
        abort(429)
    answer = server.add_checkpoint(request.get_data(cache=False))
    return _text(answer.body, answer.status, answer.media_type)


csrf.exempt(add_checkpoint)


def _text(body: bytes, status: int = 200, media_type: str = server.TEXT_TYPE) -> Response:
    return Response(body, status, content_type=media_type)
