"""/healthz (the process answers), /readyz (it can work), /metrics."""

from __future__ import annotations

import hmac

from flask import Blueprint, Flask, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from ipplatform.entrypoints.http.access import public
from ipplatform.entrypoints.http.evidence_metrics import EvidenceGauges
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.secretbox import cipher

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@public
def readyz() -> Response:
    """Database answers and the data key is readable; an error here is a 500 that names nothing."""
    db.session.execute(text("SELECT 1"))
    cipher()
    return Response("ready\n", mimetype="text/plain")


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """For the operator's Prometheus: with METRICS_TOKEN set a bearer token, without it from this machine only."""
    wanted = current_app.config["SETTINGS"].metrics_token
    if wanted:
        allowed = hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {wanted}".encode())
    else:
        allowed = request.remote_addr in ("127.0.0.1", "::1")
    if not allowed:
        raise NotFound
    return Response(generate_latest() + generate_latest(EvidenceGauges()), content_type=CONTENT_TYPE_LATEST)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
