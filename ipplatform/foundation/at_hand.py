"""A few connections kept in hand between short transactions: taking one from the pool costs more than a statement.

They belong to the pool and go back to it when they have rested for as long as it trusts a connection, when anything went
wrong on them, and when the engine is disposed of.
"""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import PoolProxiedConnection

from ipplatform.foundation import turns
from ipplatform.foundation.connections import IDLE_SECONDS

MOST = 4


class AtHand:
    """Connections of one engine, in no transaction while they rest. With ``autocommit`` each statement is one.

    The engine is given each time, not held: it may end while somebody knows this by it.
    """

    def __init__(self, engine: Engine, *, autocommit: bool = False) -> None:
        # An SQLite connection begins no transaction by itself.
        self._sets_autocommit = autocommit and engine.dialect.name != "sqlite"
        self._resting: deque[tuple[PoolProxiedConnection, float]] = deque()
        event.listen(engine, "engine_disposed", self._let_go)

    def take(self, engine: Engine) -> PoolProxiedConnection:
        try:
            taken, since = self._resting.pop()
        except IndexError:
            return self._fresh(engine)
        if monotonic() - since < IDLE_SECONDS:
            return taken
        self.release(taken)
        return self._fresh(engine)

    def rest(self, taken: PoolProxiedConnection) -> None:
        """After a transaction that went well and is over."""
        if len(self._resting) < MOST:
            turns.leave(taken)
            self._resting.append((taken, monotonic()))
        else:
            self.release(taken)

    def release(self, taken: PoolProxiedConnection) -> None:
        """Back to the pool, which ends what was begun on it. With one that is broken all that rest are given up."""
        if self._is_broken(taken):
            taken.invalidate()
            self._let_go()
            return
        self._set_autocommit(taken, False)
        taken.close()

    def _fresh(self, engine: Engine) -> PoolProxiedConnection:
        taken = engine.raw_connection()
        self._set_autocommit(taken, True)
        return taken

    def _set_autocommit(self, taken: PoolProxiedConnection, value: bool) -> None:
        if self._sets_autocommit:
            driver: Any = taken.driver_connection
            driver.autocommit = value

    def _is_broken(self, taken: PoolProxiedConnection) -> bool:
        """A database server that ended or was started anew; an SQLite connection has none."""
        return bool(getattr(taken.driver_connection, "closed", False))

    def _let_go(self, _engine: Engine | None = None) -> None:
        while self._resting:
            taken, _since = self._resting.pop()
            taken.invalidate()
