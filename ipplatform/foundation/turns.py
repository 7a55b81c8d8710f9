"""Writers of an SQLite database queue for their turn, in this process and among all on the machine.

SQLite lets one write and makes the others sleep and look again, ever longer: under load the lock then lies idle while
everybody sleeps, and who came last may be first. A queue wakes the next at once. It is a courtesy, not a guard:
BEGIN IMMEDIATE still decides, and whoever has waited PATIENCE seconds goes on to it.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

PATIENCE = 30.0
PAUSE = 0.0005
SUFFIX = "-turn"
_TURN = "turn"


class _Queue:
    """The threads of this process one by one, and of those the first among the processes by a lock on a file."""

    def __init__(self, path: str):
        self._path = path
        self._threads = threading.Lock()
        self._file: int | None = None

    def enter(self) -> bool:
        """False after PATIENCE seconds."""
        until = time.monotonic() + PATIENCE
        if not self._threads.acquire(timeout=PATIENCE):
            return False
        if self._lock_file(until):
            return True
        self._threads.release()
        return False

    def leave(self) -> None:
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def _lock_file(self, until: float) -> bool:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    return False
                time.sleep(PAUSE)
            else:
                return True


def take_turns(engine: Engine) -> None:
    """Give each connection of ``engine`` the queue of its database; it leaves the queue when its transaction is over."""
    path = engine.url.database
    queue = _Queue(path + SUFFIX) if path and path != ":memory:" else None

    @event.listens_for(engine, "connect")
    def connected(_connection: Any, record: Any) -> None:
        record.info["queue"] = queue

    @event.listens_for(engine, "checkin")
    def returned(_connection: Any, record: Any) -> None:
        leave(record)


def leave(connection: Any) -> None:
    """After the transaction, where the connection does not go back to its pool; a database without a queue has no turns."""
    if connection.info.pop(_TURN, False):
        connection.info["queue"].leave()


def await_turn(connection: Any) -> None:
    """Before BEGIN IMMEDIATE on ``connection``."""
    info = connection.info
    if info["queue"] is not None and not info.get(_TURN):
        info[_TURN] = info["queue"].enter()
