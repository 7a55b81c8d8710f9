"""The least a filing costs: its checks, its evidence and its rows, by hand and with nothing of ours around them.

No session, no API library, no hooks, no log line and no metrics, no answer to a repeated request or a lost race, one
language: what is between this and ``POST /api/v1/filings`` is what all of that costs. What is between this and the bare
route is what evidence costs. It files patents without documents for an organisation's token, and nothing else.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask import Flask, request
from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.engine import Engine

from ipplatform import create_app
from ipplatform.domain.accounts.models import ApiToken, Membership, Organisation, Person
from ipplatform.domain.accounts.queries.credentials import digest
from ipplatform.domain.audit.models import AuditEntry
from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence import manifest as manifests
from ipplatform.domain.evidence import seals
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.filings import kinds
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.filings.rules.assessment import assess
from ipplatform.foundation import clock, ids, settings, turns
from ipplatform.foundation.db import Base, db
from ipplatform.foundation.jobs import Outbox
from ipplatform.foundation.prepared import Prepared

KIND = kinds.of("patent")
WHO = Prepared(
    select(Person.id, Person.public_id, Person.email, Person.name, Organisation.id, Organisation.public_id)
    .add_columns(Organisation.name, ApiToken.scopes, Membership.role)
    .join(ApiToken, ApiToken.person_id == Person.id)
    .join(Organisation, Organisation.id == ApiToken.organisation_id)
    .join(Membership, (Membership.organisation_id == Organisation.id) & (Membership.person_id == Person.id))
    .where(ApiToken.token_digest == bindparam("digest"), ApiToken.revoked_at.is_(None), Person.active)
)


@dataclass(frozen=True, slots=True)
class Who:
    person_id: int
    person: str
    email: str
    name: str
    organisation_id: int
    organisation: str
    organisation_name: str
    scopes: str
    role: str


def _added(model: type[Base], *columns: str, answers: bool = False) -> Prepared:
    table = cast(Table, model.__table__)
    statement = insert(table).returning(table.c.id) if answers else insert(table)
    return Prepared(statement, columns=columns)


RECORD = _added(
    Record,
    *("public_id", "organisation_id", "asset", "kind", "idempotency_key", "request_digest", "created_at", "seal"),
    *("manifest", "salt", "commitment", "leaf"),
    answers=True,
)
FILING = _added(
    Filing,
    *("public_id", "organisation_id", "kind", "asset_kind", "asset", "status", "version", "revisions", "fields"),
    *("content", "record_id", "latest_record_id", "idempotency_key", "request_digest", "created_by_id"),
    *("created_at", "changed_at", "submitted_at"),
)
ENTRY = _added(AuditEntry, "at", "person_id", "organisation_id", "action", "subject_kind", "subject", "detail")
JOB = _added(Outbox, "name", "key", "payload", "state", "run_at", "attempts", "created_at")


class _Database:
    """A connection for each thread, and for PostgreSQL one more that reads without a transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self.dialect, self._own = engine, engine.dialect, threading.local()

    def who(self, token: str) -> Who | None:
        found = WHO.run(self._connections().reads.driver_connection, self.dialect, {"digest": digest(token)})
        return Who(*found[0]) if found else None

    def write(self, record: dict[str, Any], filing: dict[str, Any], entry: dict[str, Any], job: dict[str, Any]) -> None:
        taken = self._connections().writes
        driver: Any = taken.driver_connection
        if self.dialect.name == "sqlite":
            turns.await_turn(taken)
            try:
                driver.execute("BEGIN IMMEDIATE")
                self._rows(driver, record, filing, entry, job)
                driver.commit()
            finally:
                turns.leave(taken)
            return
        with driver.pipeline():
            self._rows(driver, record, filing, entry, job)
            driver.commit()

    def _rows(self, driver: Any, record: Any, filing: Any, entry: Any, job: Any) -> None:
        [[identity]] = RECORD.run(driver, self.dialect, record)
        FILING.run(driver, self.dialect, {**filing, "record_id": identity, "latest_record_id": identity})
        ENTRY.run(driver, self.dialect, entry)
        JOB.run(driver, self.dialect, job)

    def _connections(self) -> Any:
        if not hasattr(self._own, "writes"):
            self._own.writes = self._own.reads = self._engine.raw_connection()
            if self.dialect.name != "sqlite":
                self._own.reads = self._engine.raw_connection()
                self._own.reads.driver_connection.autocommit = True
        return self._own


def create() -> Flask:
    ours = create_app()
    app = Flask(__name__)
    app.config["SETTINGS"] = ours.config["SETTINGS"]
    with ours.app_context():
        database = _Database(db.engine)

    @app.post("/rows")
    def add() -> tuple[dict[str, Any], int]:
        who = database.who(request.headers["Authorization"].removeprefix("Bearer "))
        if who is None or "filings:write" not in who.scopes.split() or who.role != "filer":
            return {}, 401
        return _filed(database, who, request.headers["Idempotency-Key"], request.get_json())

    @app.get("/readyz")
    def ready() -> str:
        return "ready"

    return app


def _filed(database: _Database, who: Who, key: str, sent: dict[str, Any]) -> tuple[dict[str, Any], int]:
    found = assess(kind=KIND, raw=sent["fields"], documents=Counter(), filed_on=clock.today())
    if not found.complete:
        return {"errors": [str(problem.message) for problem in found.blocking]}, 422
    moment = clock.now().replace(microsecond=0)
    public_id, asset = ids.new_public_id(), ids.new_public_id()
    asked = seals.content_digest(json.dumps(sent, sort_keys=True).encode())
    about = {"public_id": public_id, "asset": asset, "organisation_id": who.organisation_id, "created_at": moment}
    filing = {
        **about,
        "kind": "registration",
        "asset_kind": "patent",
        "status": "submitted",
        "version": 1,
        "revisions": {},
        "fields": sent["fields"],
        "content": found.content,
        "idempotency_key": key,
        "request_digest": asked,
        "created_by_id": who.person_id,
        "changed_at": moment,
        "submitted_at": moment,
    }
    record = {**about, "kind": "registration", **_evidence(who, public_id, asset, found.content, moment, asked)}
    entry = {
        "at": moment,
        "person_id": who.person_id,
        "organisation_id": who.organisation_id,
        "action": "filing.submit",
        "subject_kind": "filing",
        "subject": public_id,
        "detail": {"kind": "registration", "documents": 0},
    }
    database.write(record, filing, entry, _receipt(who, public_id, moment))
    answer = {"id": public_id, "asset": asset, "status": "awaiting_inclusion", "kind": "registration"}
    dates = {"submitted_at": moment.isoformat(), "changed_at": moment.isoformat()}
    return {**answer, **dates, "fields": found.content, "documents": [], "expected": [], "decisions": []}, 201


def _evidence(
    who: Who, public_id: str, asset: str, content: dict[str, Any], moment: datetime, asked: str
) -> dict[str, Any]:
    origin, key = settings.current().origin, f"filing/{public_id}"
    submitter = {"office": False, "person": who.person}
    manifest = manifests.build(
        origin=origin,
        filing=public_id,
        kind="registration",
        asset=asset,
        previous=None,
        submitted_at=moment,
        submitter={**submitter, "organisation": who.organisation, "organisation_name": who.organisation_name},
        fields=content,
        documents=[],
    )
    salt = secrets.token_bytes(manifests.SALT_SIZE)
    commitment = manifests.commit(salt, manifest)
    leaf = leaves.build(origin=origin, commitment=commitment, kind="filing", time=int(moment.timestamp()))
    seal = seals.seal(organisation_id=who.organisation_id, idempotency_key=key, request_digest=asked, storage_keys=[])
    columns = {"idempotency_key": key, "request_digest": asked, "seal": seal}
    return {**columns, "manifest": manifest, "salt": salt, "commitment": commitment, "leaf": leaf}


def _receipt(who: Who, public_id: str, moment: datetime) -> dict[str, Any]:
    context = {"name": who.name, "number": ids.display_id(public_id), "documents": 0, "path": f"/filings/{public_id}"}
    context |= {"kind": "patent", "at": moment.isoformat()}
    templates = {"template": "filing_received", "several": "filing_received_several", "locale": "en"}
    return {
        "name": "listed mail",
        "key": f"received/{public_id}",
        "state": "waiting",
        "attempts": 0,
        "payload": {"to": who.email, **templates, "context": context},
        "run_at": moment,
        "created_at": moment,
    }
