"""The sequencer: processor time a leaf for a backlog, and how soon a filing is included while others arrive.

The backlog is worked off in a process of its own, whose processor time is compared with what cannot be done without:
hashing leaves and nodes, and the same signatures, in memory. Waiting for disks and for the database's server is not in
it. Arrivals meet a real ``ipplatform sequencer``.
"""

from __future__ import annotations

import gc
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from ipplatform.domain.evidence import keys, publish, sequencer
from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence.formats import checkpoint, merkle, note
from ipplatform.domain.evidence.models import LogLeaf, Record
from ipplatform.foundation import clock, settings
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.ids import new_public_id
from tests.bench.clients import percentile
from tests.factories.evidence import append
from tests.processes import wait_for
from tests.service import Service, service

BACKLOG = 100_000
PER_SECOND = 100
SECONDS = 20
CHUNK = 5000


def measure(database_url: str, folder: Path, *, backlog: int = BACKLOG, seconds: int = SECONDS) -> dict[str, object]:
    """One row of the table."""
    with service(database_url, folder) as started:
        with started.application():
            pending(backlog)
        done = _apart(database_url, folder, backlog)
        started.start("sequencer")
        waited = _arrivals(started, seconds)
    each, bare = done["seconds"] / backlog * 1e6, done["bare"] / backlog * 1e6
    return {
        "backlog": backlog,
        "heads": done["heads"],
        "CPU µs a leaf": round(each, 1),
        "bare µs a leaf": round(bare, 1),
        "sequencer : bare": f"1 : {each / bare:.1f}",
        "arrivals /s": round(len(waited) / seconds),
        "included after p50 ms": round(percentile(waited, 50)),
        "p95 ms": round(percentile(waited, 95)),
        "p99 ms": round(percentile(waited, 99)),
    }


def pending(many: int) -> None:
    """Records as filings leave them, without the time that making a manifest takes."""
    moment = clock.now().replace(microsecond=0)
    for start in range(0, many, CHUNK):
        with transaction():
            db.session.execute(insert(Record), [_row(moment) for _ in range(start, min(many, start + CHUNK))])


def _row(moment: datetime) -> dict[str, Any]:
    commitment = secrets.token_bytes(32)
    return {
        "public_id": new_public_id(),
        "organisation_id": None,
        "asset": new_public_id(),
        "kind": "registration",
        "idempotency_key": secrets.token_hex(12),
        "request_digest": secrets.token_hex(32),
        "manifest": os.urandom(1000),
        "salt": os.urandom(32),
        "commitment": commitment,
        "leaf": leaves.build(
            origin=settings.current().origin, commitment=commitment, kind="filing", time=int(moment.timestamp())
        ),
        "seal": os.urandom(32),
        "created_at": moment,
    }


def _apart(database_url: str, folder: Path, backlog: int) -> dict[str, Any]:
    command = [sys.executable, "-m", __name__, database_url, str(folder), str(backlog)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _arrivals(started: Service, seconds: int) -> list[float]:
    """Milliseconds from each commit until a published head covers it, while others keep arriving.

    Which head that is follows from how many were committed before: places are given in the order of the records.
    """
    with started.application():
        heads = _Heads(started.folder / "log" / publish.CHECKPOINT_FILE)
        _commit(1)
        wait_for(lambda: heads.read() > heads.first, 60, f"the sequencer runs; {started.messages()}")
        watcher = threading.Thread(target=heads.watch)
        watcher.start()
        try:
            committed = _commit(PER_SECOND * seconds)
            wait_for(lambda: heads.size > heads.first + len(committed), 60, f"all are included; {started.messages()}")
        finally:
            heads.ended.set()
            watcher.join()
    return [(heads.time_of(heads.first + 2 + place) - moment) * 1000 for place, moment in enumerate(committed)]


def _commit(many: int) -> list[float]:
    moments, begun = [], time.monotonic()
    for number in range(many):
        time.sleep(max(0.0, begun + number / PER_SECOND - time.monotonic()))
        with transaction():
            append()
        moments.append(time.monotonic())
    return moments


class _Heads:
    """When the published checkpoint was first seen to have which size."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: list[tuple[int, float]] = []
        self.ended = threading.Event()
        self.first = self.read()

    @property
    def size(self) -> int:
        return self._seen[-1][0] if self._seen else self.first

    def watch(self) -> None:
        while not self.ended.wait(0.003):
            if (size := self.read()) != self.size:
                self._seen.append((size, time.monotonic()))

    def time_of(self, size: int) -> float:
        return next(moment for seen, moment in self._seen if seen >= size)

    def read(self) -> int:
        return int(self._file.read_bytes().split(b"\n", 2)[1])


def floor(backlog: int) -> Callable[[], None]:
    """Every hash and signature that the backlog's heads need, with the entries in memory, and nothing else."""
    entries = [bytes(entry) for (entry,) in db.session.execute(select(LogLeaf.entry).order_by(LogLeaf.leaf_index))]
    signers = keys.signing_keys(backlog)

    def work() -> None:
        hashes: list[bytes] = []
        for start in range(0, backlog, sequencer.BATCH):
            hashes += [merkle.leaf_hash(entry) for entry in entries[start : start + sequencer.BATCH]]
        head = checkpoint.Checkpoint(
            settings.current().origin,
            backlog,
            merkle.root(backlog, lambda level, index: merkle.fold(hashes[index << level : (index + 1) << level])),
        )
        for _ in range(-(-backlog // sequencer.BATCH)):
            for key in signers:
                note.sign(head.text, head.origin, key, time=0)

    return work


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> None:
    url, folder, backlog = sys.argv[1], sys.argv[2], int(sys.argv[3])
    from config import from_environment
    from ipplatform import create_app

    app = create_app(from_environment(environment="test", data_dir=folder, database_url=url, log_level="ERROR"))
    with app.app_context():
        keys.signing_keys(0)  # opens the key files once, as a running sequencer has
        gc.freeze()  # as `ipplatform sequencer` does
        seconds = _cpu(sequencer.run_all)
        bare = _cpu(floor(backlog))
        db.session.remove()
    heads = -(-backlog // sequencer.BATCH)
    print(json.dumps({"seconds": seconds, "bare": bare, "heads": heads}))


if __name__ == "__main__":
    main()
