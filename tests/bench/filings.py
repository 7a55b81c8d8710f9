"""Filings per second through HTTP, durable and included, beside a bare route that inserts one row and commits."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

from tests.bench.clients import Measured, Request, send_all
from tests.factories import bearer, member
from tests.factories.filings import patent_fields
from tests.processes import ROOT, answers, free_port, wait_for
from tests.service import BIN, Service, service

FILINGS = 1000
CLIENTS = 8
_JSON = {"Content-Type": "application/json"}


def measure(database_url: str, folder: Path, *, filings: int = FILINGS) -> dict[str, object]:
    """One row of the table: both rates on the same server settings and the same database."""
    with service(database_url, folder) as started:
        with started.application():
            person, organisation = member("administrator", "filer")
            headers = {**_JSON, **bearer(person, organisation)}
        for name in ("web", "worker", "sequencer"):
            started.start(name)
        started.await_web()
        _file(started, headers, "warm", 50)
        durable, included = _durable_and_included(started, headers, filings)
    bare = _bare(database_url, folder, filings)
    return {
        "filings": filings,
        "durable /s": round(durable.per_second),
        "included /s": round(filings / included),
        "p50 ms": round(durable.p50, 1),
        "p95 ms": round(durable.p95, 1),
        "p99 ms": round(durable.p99, 1),
        "bare row /s": round(bare.per_second),
        "bare p95 ms": round(bare.p95, 1),
        "filing : bare": f"1 : {bare.per_second / durable.per_second:.1f}",
    }


def _durable_and_included(started: Service, headers: dict[str, str], filings: int) -> tuple[Measured, float]:
    checkpoint = started.folder / "log" / "checkpoint"
    began = time.perf_counter()
    durable = _file(started, headers, "measured", filings)
    wait_for(lambda: int(checkpoint.read_text().split("\n")[1]) >= filings + 50, 120, "every filing is included")
    return durable, time.perf_counter() - began


def _file(started: Service, headers: dict[str, str], name: str, total: int) -> Measured:
    def make(number: int) -> Request:
        body = json.dumps({"kind": "patent", "fields": patent_fields(title=f"{name} {number}")}).encode()
        return Request("POST", "/api/v1/filings", body, {**headers, "Idempotency-Key": f"{name}-{number}"})

    return send_all(started.port, make, total=total, clients=CLIENTS)


def _bare(database_url: str, folder: Path, total: int) -> Measured:
    port = free_port()
    environment = {**os.environ, "DATABASE_URL": database_url, "PORT": str(port), "WEB_THREADS": "4"}
    command = [str(BIN / "gunicorn"), "tests.bench.bare:create()"]
    with (folder / "bare.log").open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    body = json.dumps({"kind": "patent", "fields": patent_fields()}).encode()
    try:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/readyz"), 30, "the bare route answers")
        send_all(port, lambda _: Request("POST", "/rows", body, _JSON), total=50, clients=CLIENTS)
        return send_all(port, lambda _: Request("POST", "/rows", body, _JSON), total=total, clients=CLIENTS)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)
