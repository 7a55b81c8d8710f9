"""Filings per second through HTTP, durable and included, beside two routes on the same server and database.

The bare one validates the same fields and commits a row. The other does a filing's whole work by hand.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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
    """One row of the table: all rates on the same server settings and database, in turns, so that they meet the same noise."""
    with (
        service(database_url, folder) as started,
        _served(started, "bare") as (bare_port, bare_process),
        _served(started, "by_hand") as (hand_port, hand_process),
    ):
        bare.prepare(database_url)
        with started.application():
            headers = {**_JSON, **bearer(*member("filer"))}
        for name in PROCESSES:
            started.start(name)
        started.await_web()
        ours = [started.running[name].pid for name in PROCESSES]
        return _taken_in_turns(
            started,
            (
                _Turns(_Door(started.port, "/api/v1/filings", headers), ours),
                _Turns(_Door(hand_port, "/rows", headers, sent=10 * filings), [hand_process]),
                _Turns(_Door(bare_port, "/rows", _JSON), [bare_process]),
            ),
            filings,
        )


@dataclass
class _Turns:
    """What one route was measured to do; processor seconds by process, of its own turns only."""

    door: _Door
    processes: list[int]
    measured: list[Measured] = field(default_factory=list)
    included: float = 0.0
    used: list[float] = field(default_factory=list)

    def take(self, started: Service, total: int) -> None:
        before, began = self._used(), time.perf_counter()
        self.measured.append(self.door.send(total))
        _await_included(started)
        self.included += time.perf_counter() - began
        _await_rest(started)
        self.used = [sum(each) for each in zip(self.used or [0.0] * len(before), self._since(before), strict=True)]

    def _used(self) -> list[float]:
        return [cpu_seconds(process) for process in self.processes]

    def _since(self, before: list[float]) -> list[float]:
        return [now - then for now, then in zip(self._used(), before, strict=True)]


def _taken_in_turns(started: Service, routes: tuple[_Turns, _Turns, _Turns], filings: int) -> dict[str, object]:
    for turns in routes:
        turns.door.send(WARM)
    _await_rest(started)
    for _ in range(ROUNDS):
        for turns in routes:
            turns.take(started, filings // ROUNDS)
    return _row(*routes)


def _row(ours: _Turns, by_hand: _Turns, plain: _Turns) -> dict[str, object]:
    filed, handmade, bare_rows = (_joined(turns.measured) for turns in (ours, by_hand, plain))
    included = len(filed.times) / ours.included
    used = dict(zip((*PROCESSES, "by hand", "bare"), (*ours.used, *by_hand.used, *plain.used), strict=True))
    return {
        "filings": len(filed.times),
        "durable /s": round(filed.per_second),
        "included /s": round(included),
        "p50 ms": round(filed.p50, 1),
        "p95 ms": round(filed.p95, 1),
        "p99 ms": round(filed.p99, 1),
        **{f"{name} CPU ms": round(1000 * seconds / len(filed.times), 2) for name, seconds in used.items()},
        "by hand /s": round(handmade.per_second),
        "bare route /s": round(bare_rows.per_second),
        "bare p50 ms": round(bare_rows.p50, 1),
        "bare p95 ms": round(bare_rows.p95, 1),
        "durable : bare": f"{filed.per_second / bare_rows.per_second:.0%}",
        "included : bare": f"{included / bare_rows.per_second:.0%}",
        "by hand : bare": f"{handmade.per_second / bare_rows.per_second:.0%}",
    }


def _joined(parts: list[Measured]) -> Measured:
    return Measured(sum(part.seconds for part in parts), [one for part in parts for one in part.times])


def _await_included(started: Service) -> None:
    """Until a published signed head covers all that is recorded."""
    checkpoint = started.folder / "log" / "checkpoint"
    engine = create_engine(started.database_url)
    with engine.connect() as connection:
        records = connection.scalar(text("SELECT count(*) FROM evidence_record"))
    engine.dispose()
    wait_for(lambda: int(checkpoint.read_text().split("\n")[1]) >= records, 120, "every filing is included")


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
def _served(started: Service, route: str) -> Iterator[tuple[int, int]]:
    """``tests.bench.<route>`` on the same installation behind the same gunicorn settings; its port and its process."""
    port = free_port()
    environment = {**started.environment, "PORT": str(port)}
    command = [str(BIN / "gunicorn"), f"tests.bench.{route}:create()"]
    with (started.folder / f"{route}.log").open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/readyz"), 30, f"the route {route} answers")
        yield port, process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)
