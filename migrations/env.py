"""Alembic's entrance: migrations run on the application's own engine, in one transaction."""

from __future__ import annotations

from alembic import context
from flask import current_app


def run() -> None:
    database = current_app.extensions["migrate"].db
    engine = context.config.attributes.get("connection") or database.engine
    options = {
        "target_metadata": database.metadata,
        "render_as_batch": True,
        "compare_type": True,
        "compare_server_default": False,
    }
    if hasattr(engine, "begin") and not hasattr(engine, "in_transaction"):
        with engine.connect() as connection:
            context.configure(connection=connection, **options)
            with context.begin_transaction():
                context.run_migrations()
    else:
        context.configure(connection=engine, **options)
        with context.begin_transaction():
            context.run_migrations()


run()
