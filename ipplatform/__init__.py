"""IP registration, licensing and evidence for free-trade zones, IP offices and exchanges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask

from config import Settings, from_environment

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """The service, ready for a web server, the command line or the worker.

    Raises ``config`` errors that name the variable; refuses to start with a route nobody guards.
    """
    from ipplatform import domain
    from ipplatform.entrypoints import api, cli, http, web
    from ipplatform.entrypoints.http.transaction import TransactionalFlask

    settings = settings or from_environment()
    app = TransactionalFlask(
        __name__,
        root_path=str(ROOT / "ipplatform"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "ipplatform" / "static"),
    )
    app.config.update(flask_config(settings))
    # People read answers in a terminal; RFC 8259 section 8.1 says UTF-8.
    app.json.ensure_ascii = app.json.sort_keys = False  # type: ignore[attr-defined]
    domain.register_all()
    http.init_app(app)
    web.init_app(app)
    api.init_app(app)
    cli.init_app(app)
    http.refuse_unguarded_routes(app)
    return app


def flask_config(settings: Settings) -> dict[str, Any]:
    """Flask's own configuration, derived from ours."""
    postgres = settings.database_url.startswith("postgresql")
    return {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret_key or _stored_secret(settings),
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_size": 16, "max_overflow": 16} if postgres else {},
        "MAX_CONTENT_LENGTH": settings.form_max_bytes,
        "MAX_FORM_MEMORY_SIZE": settings.form_max_bytes,
        "MAX_FORM_PARTS": 2000,
        "SESSION_COOKIE_NAME": "ipplatform",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": settings.default_locale,
        "BABEL_DEFAULT_TIMEZONE": settings.zone_timezone,
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "ipplatform" / "translations"),
        "TEMPLATES_AUTO_RELOAD": settings.debug,
        "DEBUG": settings.debug,
        "API_TITLE": "ipplatform",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/api/v1",
        "OPENAPI_JSON_PATH": "openapi.json",
    }


def _stored_secret(settings: Settings) -> str:
    path = settings.keys_dir / "session.key"
    if not path.exists():
        from ipplatform.foundation.setup import ensure_session_key

        ensure_session_key(settings.keys_dir)
    return path.read_text().strip()
