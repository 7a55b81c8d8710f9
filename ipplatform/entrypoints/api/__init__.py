"""API v1: JSON in, JSON out, bearer tokens, problem+json; the OpenAPI document is at /api/v1/openapi.json."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

from ipplatform.entrypoints.api.openapi import ProblemApi
from ipplatform.entrypoints.api.v1 import RESOURCES
from ipplatform.entrypoints.http import csrf


def init_app(app: Flask) -> ProblemApi:
    api = ProblemApi()
    api.init_app(app)
    for name in RESOURCES:
        blueprint = import_module(f"{__name__}.v1.{name}").blueprint
        csrf.exempt(blueprint)
        api.register_blueprint(blueprint, url_prefix=f"/api/v1{blueprint.url_prefix or ''}")
    return api
