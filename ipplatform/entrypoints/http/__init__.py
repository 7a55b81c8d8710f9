"""What pages and API share: errors, transaction, session, CSRF, language, security headers, logs, health."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from ipplatform.entrypoints.http import (
    access,
    context,
    errors,
    health,
    locale,
    logs,
    mail,
    security,
    session,
    transaction,
)
from ipplatform.foundation.db import db, prepare_engine

csrf = CSRFProtect()
MIGRATIONS = Path(__file__).resolve().parents[3] / "migrations"

__all__ = ["csrf", "init_app", "refuse_unguarded_routes"]


def init_app(app: Flask) -> None:
    """Order matters: request id first, then limits and guards, then CSRF, which reads the form."""
    proxies = app.config["SETTINGS"].trusted_proxies
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    db.init_app(app)
    Migrate(app, db, directory=str(MIGRATIONS))
    with app.app_context():
        prepare_engine(db.engine)
    logs.init_app(app)
    errors.init_app(app)
    locale.init_app(app)
    transaction.init_app(app)
    session.init_app(app)
    access.init_app(app)
    transaction.let_go_for_body(app)
    csrf.init_app(app)
    security.init_app(app)
    context.init_app(app)
    health.init_app(app)
    mail.init_app(app)


refuse_unguarded_routes = access.refuse_unguarded_routes
