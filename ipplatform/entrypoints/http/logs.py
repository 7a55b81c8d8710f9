"""Structured logs: one JSON line an event, with the request's id and no personal data."""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time

import structlog
from flask import Flask, Response, current_app, g, request

from ipplatform.domain.audit import services as trail
from ipplatform.entrypoints.http import metrics

REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,32}")


def configure(level: str) -> None:
    """JSON lines on standard error for the whole process; the level is a name of the logging module."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def init_app(app: Flask) -> None:
    configure(app.config["SETTINGS"].log_level)
    app.before_request(_start)
    app.after_request(_finish)


def _start() -> None:
    offered = request.headers.get("X-Request-ID", "")
    trusted = current_app.config["SETTINGS"].trusted_proxies > 0 and REQUEST_ID.fullmatch(offered)
    g.request_id = offered if trusted else secrets.token_hex(8)
    g.started = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(
        request_id=g.request_id, door=trail.API if request.path.startswith("/api/") else trail.PAGE
    )


def _finish(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    elapsed = time.perf_counter() - g.started
    route = str(request.url_rule) if request.url_rule else "(none)"
    metrics.REQUESTS.labels(request.method, route, response.status_code).inc()
    metrics.SECONDS.labels(request.method, route).observe(elapsed)
    if request.endpoint != "static":
        structlog.get_logger().info(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            milliseconds=round(elapsed * 1000, 1),
        )
    return response
