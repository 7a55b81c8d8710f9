"""Filings per second through HTTP, durable and included, beside a bare route that validates the same and commits a row."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.bench import bare
from tests.bench.clients import Measured, Request, send_all
from tests.factories import bearer, member
from tests.factories.filings import patent_fields
from tests.processes import ROOT, answers, cpu_seconds, free_port, wait_for
from tests.service import BIN, Service, service

FILINGS = 2000
CLIENTS = 8
ROUNDS = 4
WARM = 100
PROCESSES = ("web", "worker", "sequencer")
_JSON = {"Content-Type": "application/json"}


@dataclass
class _Door:
    """A route and what its requests carry; ``sent`` counts them."""

    port: int
    path: str
    headers: dict[str, str]
    sent: int = 0

    def send(self, total: int) -> Measured:
        first, self.sent = self.sent, self.sent + total
        return send_all(self.port, lambda number: self._request(first + number), total=total, clients=CLIENTS)

    def _request(self, number: int) -> Request:
        body = json.dumps({"kind": "patent", "fields": patent_fields(title=f"Filing {number}")}).encode()
        return Request("POST", self.path, body, {**self.headers, "Idempotency-Key": f"key-{number}"})


def measure(database_url: str, folder: Path, *, filings: int = FILINGS) -> dict[str, object]:
    """One row of the table: both rates on the same server settings and database, in turns, so that both meet the same noise."""
    durable, plain, included = [], [], 0.0
    with service(database_url, folder) as started, _bare(database_url, folder) as (bare_port, bare_process):
        with started.application():
            headers = {**_JSON, **bearer(*member("administrator", "filer"))}
        for name in PROCESSES:
            started.start(name)
        started.await_web()
        filing_route, bare_route = _Door(started.port, "/api/v1/filings", headers), _Door(bare_port, "/rows", _JSON)
        for door in (filing_route, bare_route):
            door.send(WARM)
        _await_rest(started)
        leaders = {**{name: started.running[name].pid for name in PROCESSES}, "bare": bare_process}
        before = {name: cpu_seconds(leader) for name, leader in leaders.items()}
        for _ in range(ROUNDS):
            plain.append(bare_route.send(filings // ROUNDS))
            began = time.perf_counter()
            durable.append(filing_route.send(filings // ROUNDS))
            _await_included(started, filing_route.sent)
            included += time.perf_counter() - began
            _await_rest(started)
        used = {name: cpu_seconds(leader) - before[name] for name, leader in leaders.items()}
    return _row(_joined(durable), _joined(plain), included, used)


def _row(durable: Measured, plain: Measured, included: float, used: dict[str, float]) -> dict[str, object]:
    per_second = len(durable.times) / included
    return {
        "filings": len(durable.times),
        "durable /s": round(durable.per_second),
        "included /s": round(per_second),
        "p50 ms": round(durable.p50, 1),
        "p95 ms": round(durable.p95, 1),
        "p99 ms": round(durable.p99, 1),
        **{f"{name} CPU ms": round(1000 * seconds / len(durable.times), 2) for name, seconds in used.items()},
        "bare route /s": round(plain.per_second),
        "bare p50 ms": round(plain.p50, 1),
        "bare p95 ms": round(plain.p95, 1),
        "durable : bare": f"{durable.per_second / plain.per_second:.0%}",
        "included : bare": f"{per_second / plain.per_second:.0%}",
    }


def _joined(parts: list[Measured]) -> Measured:
    return Measured(sum(part.seconds for part in parts), [one for part in parts for one in part.times])


def _await_included(started: Service, filings: int) -> None:
    """Until a published signed head covers them all."""
    checkpoint = started.folder / "log" / "checkpoint"
    wait_for(lambda: int(checkpoint.read_text().split("\n")[1]) >= filings, 120, "every filing is included")


def _await_rest(started: Service) -> None:
    """Until the worker has nothing left to do, so that what filings leave behind does not slow the bare route."""
    engine = create_engine(started.database_url)
    waiting = text("SELECT count(*) FROM outbox WHERE state = 'waiting' AND run_at <= :now")
    now = {"now": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 60))}

    def rests() -> bool:
        with engine.connect() as connection:
            return connection.scalar(waiting, now) == 0

    wait_for(rests, 120, "the worker has sent every mail")
    engine.dispose()


@contextmanager
def _bare(database_url: str, folder: Path) -> Iterator[tuple[int, int]]:
    """The bare route behind the same gunicorn settings; its port and its process."""
    port = free_port()
    bare.prepare(database_url)
    environment = {**os.environ, "DATABASE_URL": database_url, "PORT": str(port), "WEB_THREADS": "4"}
    command = [str(BIN / "gunicorn"), "tests.bench.bare:create()"]
    with (folder / "bare.log").open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/readyz"), 30, "the bare route answers")
        yield port, process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)
