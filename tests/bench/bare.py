"""What filing is compared with: a bare Flask route that validates the same fields and commits one row.

Written as one would who wants it fast: one schema of all the kind's tasks, made once, and one statement made once.
"""

from __future__ import annotations

import json
import os
import secrets
from typing import Any

from flask import Flask, request
from marshmallow import ValidationError
from sqlalchemy import Column, LargeBinary, MetaData, String, Table, create_engine, event, insert
from sqlalchemy.engine import Engine

from ipplatform.domain.filings import kinds

metadata = MetaData()
rows = Table("bare_row", metadata, Column("id", String(16), primary_key=True), Column("body", LargeBinary))
ADD = insert(rows)
SCHEMA = type("PatentSchema", tuple(task.schema for task in kinds.of("patent").tasks), {})()


def _engine() -> Engine:
    postgres = os.environ["DATABASE_URL"].startswith("postgresql")
    engine = create_engine(os.environ["DATABASE_URL"], **({"pool_size": 16} if postgres else {}))
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def durable(connection: Any, _record: Any) -> None:
            for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL"):
                connection.execute(f"PRAGMA {pragma}")

    return engine


def prepare(database_url: str) -> None:
    """Make the table, once, before several processes serve the route."""
    engine = create_engine(database_url)
    metadata.create_all(engine)
    engine.dispose()


def create() -> Flask:
    app, engine = Flask(__name__), _engine()

    @app.post("/rows")
    def add() -> tuple[dict[str, Any], int]:
        sent = request.get_json()
        try:
            values = SCHEMA.load(sent["fields"])
        except ValidationError as error:
            return {"errors": error.messages}, 422
        identity, content = secrets.token_hex(8), SCHEMA.dump(values)
        with engine.begin() as connection:
            connection.execute(ADD, {"id": identity, "body": json.dumps(content).encode()})
        return {"id": identity, "fields": content}, 201

    @app.get("/readyz")
    def ready() -> str:
        return "ready"

    return app
