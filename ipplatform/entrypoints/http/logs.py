"""Structured logs: one JSON line an event, with the request's id and no personal data."""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time

import structlog
from flask import Flask, Response, g

from ipplatform.domain.audit import services as trail
from ipplatform.entrypoints.http import metrics
from ipplatform.entrypoints.http.access import asked
from ipplatform.foundation import settings

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
    sent = asked()
    trusts = settings.current().trusted_proxies > 0
    offered = sent.headers.get("X-Request-ID", "") if trusts else ""
    request_id = offered if REQUEST_ID.fullmatch(offered) else secrets.token_hex(8)
    g.request_id, g.started = request_id, time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(
        request_id=request_id, door=trail.API if sent.path.startswith("/api/") else trail.PAGE
    )


def _finish(response: Response) -> Response:
    answered, status = asked(), response.status_code
    response.headers["X-Request-ID"] = g.request_id
    elapsed = time.perf_counter() - g.started
    route = str(answered.url_rule) if answered.url_rule else "(none)"
    metrics.answered(answered.method, route, status, elapsed)
    if answered.endpoint != "static":
        structlog.get_logger().info(
            "request", method=answered.method, route=route, status=status, milliseconds=round(elapsed * 1000, 1)
        )
    return response
