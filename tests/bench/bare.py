"""What speed is compared with: a bare Flask route that inserts one row and commits, on the same server and database."""

from __future__ import annotations

import os
import secrets
from typing import Any

from flask import Flask, request
from sqlalchemy import Column, LargeBinary, MetaData, String, Table, create_engine, event, insert
from sqlalchemy.engine import Engine

metadata = MetaData()
rows = Table("bare_row", metadata, Column("id", String(16), primary_key=True), Column("body", LargeBinary))


def _engine() -> Engine:
    engine = create_engine(os.environ["DATABASE_URL"])
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def durable(connection: Any, _record: Any) -> None:
            for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL"):
                connection.execute(f"PRAGMA {pragma}")

    return engine


def create() -> Flask:
    app, engine = Flask(__name__), _engine()
    metadata.create_all(engine)

    @app.post("/rows")
    def add() -> tuple[dict[str, str], int]:
        identity = secrets.token_hex(8)
        with engine.begin() as connection:
            connection.execute(insert(rows).values(id=identity, body=request.get_data()))
        return {"id": identity}, 201

    @app.get("/readyz")
    def ready() -> str:
        return "ready"

    return app
