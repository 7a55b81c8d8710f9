"""kill -9 of the sequencer before and after every step, over and over on one log, and who else might disturb it."""

from __future__ import annotations

import os
import signal
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import func, select

from ipplatform.domain.evidence import fsck, keys, recovery, sequencer, signer
from ipplatform.domain.evidence.formats import tiles
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation import settings
from ipplatform.foundation.db import db
from tests.domain.evidence import crashing
from tests.factories.evidence import make_records
from tests.trials import kills

PATIENCE = 20.0
# Steps that only a tile which becomes full brings about.
FILLING = ("name", "remove")


@dataclass
class Log:
    """The log under trial as somebody outside would know it: every head that was ever published or signed."""

    filed: int = 0
    heads: dict[int, bytes] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def file(self, many: int) -> None:
        make_records(many)
        self.filed += many

    def look(self) -> None:
        """At the published checkpoint and the signer's memory, which never shrink and never say another root."""
        file = settings.current().log_dir / "checkpoint"
        known = signer.head()
        seen = [(known.size, known.root)] if known else []
        if file.exists():
            head = keys.open_checkpoint(file.read_bytes())
            seen.append((head.size, head.root))
            if known is None or head.size > known.size:
                self.faults.append(f"a head of size {head.size} is published that the signer does not remember")
        for size, root in seen:
            if self.heads.setdefault(size, root) != root:
                self.faults.append(f"two heads of size {size}")
        if known and known.size < max(self.heads):
            self.faults.append(f"the signer remembers {known.size} after {max(self.heads)}")

    def go_on(self) -> None:
        patiently(recovery.check_at_start)
        patiently(sequencer.run_all)
        self.look()

    def examine(self) -> None:
        """0 lost, 0 doubled, 0 forks, from the published files alone."""
        entries = kills.published_entries(settings.current().log_dir / "tile" / "entries", self.filed)
        own = {bytes(leaf) for leaf in db.session.scalars(select(Record.leaf))}
        if len(entries) != self.filed or len(set(entries)) != self.filed or set(entries) != own:
            self.faults.append(f"{len(set(entries))} of {len(entries)} published entries for {self.filed} filings")
        if db.session.scalar(select(func.count(Record.leaf_index))) != self.filed:
            self.faults.append("a filing has no place")
        for size, seen in self.heads.items():
            if kills.root(entries[:size]) != seen:
                self.faults.append(f"the head of size {size} does not follow from the published entries")
        db.session.remove()
        self.faults += [f"{item.record} {item.field}" for item in fsck.differences()]


def kill_over_and_over(*, cycles: int, seed: int) -> Log:
    """Each step before and after, in random order again and again; after some kills the next follows at once."""
    random, log = Random(seed), Log()
    log.file(250)
    log.go_on()
    for number in range(cycles):
        if number % len(EVERY) == 0:
            random.shuffle(EVERY)
        step, moment = EVERY[number % len(EVERY)]
        _prepare(log, step, random)
        _kill(log, step, moment)
        log.look()
        if random.random() < 0.7:
            log.go_on()
    log.go_on()
    log.examine()
    return log


EVERY = [(step, moment) for step in crashing.STEPS for moment in crashing.MOMENTS]


def _prepare(log: Log, step: str, random: Random) -> None:
    if step not in FILLING:
        log.file(random.randint(1, 30))
        return
    log.go_on()
    if log.filed % tiles.WIDTH == 0:
        log.file(1)
        log.go_on()
    log.file(tiles.WIDTH - log.filed % tiles.WIDTH + random.randint(0, 3))


def _kill(log: Log, step: str, moment: str) -> None:
    for_a_fork()
    status = patiently(lambda: _unless_busy(crashing.run_until_killed(step, moment)))
    if status != signal.SIGKILL:
        log.faults.append(f"the process did not die {moment} {step}: status {status}")


def _unless_busy(status: int) -> int:
    if os.waitstatus_to_exitcode(status) == crashing.BUSY:
        raise sequencer.Busy
    return status


def patiently(run: Callable[[], Any]) -> Any:
    """PostgreSQL frees a killed process's lock when it notices that its connection is gone."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return run()
        except sequencer.Busy:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def for_a_fork() -> None:
    """No connection may be used by two processes."""
    db.session.remove()
    db.engine.dispose()


def side_by_side(*, sequencers: int, nodes: int, rounds: int, seed: int) -> Log:
    """Several sequencers at once while filings arrive, one of them killed in each round.

    On one node they share the lock file; on several each has its own, and the database's lock is all that is between.
    """
    random, log = Random(seed), Log()
    log.go_on()
    for _ in range(rounds):
        for_a_fork()
        started = [_start(f"sequencer-{number % nodes}.lock") for number in range(sequencers)]
        for _ in range(random.randint(3, 8)):
            log.file(random.randint(1, 40))
            time.sleep(random.uniform(0, 0.05))
            log.look()
        os.kill(random.choice(started), signal.SIGKILL)
        for process in started:
            _end(process, log)
        log.go_on()
    log.examine()
    return log


def _start(lock_file: str) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process == 0:
        try:
            signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
            db.engine.dispose(close=False)
            sequencer.LOCK_FILE = lock_file
            while True:
                try:
                    sequencer.run_once()
                except sequencer.Busy:
                    time.sleep(0.002)
        finally:
            os._exit(1)
    return process


def _end(process: int, log: Log) -> None:
    os.kill(process, signal.SIGTERM)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    if code not in (0, -signal.SIGKILL):
        log.faults.append(f"a sequencer ended with {code}")
