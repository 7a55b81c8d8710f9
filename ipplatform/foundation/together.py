"""Threads of one process that write to SQLite at the same time share a transaction, and so its one wait for the disk.

SQLite has a single writer, and a commit waits until the disk has it (synchronous=FULL). Whoever comes first leads: when
it holds the write lock it also does what the others have asked for meanwhile, each in a savepoint of its own, and commits
once. What fails is undone alone and fails for whoever asked. PostgreSQL lets many commit at once by itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextvars import Context
from threading import Event, Lock
from typing import Any, Protocol

MOST = 32


class Transaction(Protocol):
    """A write transaction on one connection, begun when made."""

    def execute(self, statement: str) -> None: ...
    def commit(self) -> None: ...
    def close(self) -> None: ...


class Task:
    """What one thread asks for: ``act`` is given the transaction and runs in that thread's own context."""

    def __init__(self, context: Context, act: Callable[[Any], Any]) -> None:
        self._context, self._act = context, act
        self._result: Any = None
        self._error: BaseException | None = None
        self.over = False
        self.called = Event()

    def attempt(self, transaction: Transaction) -> bool:
        """Whether it went well."""
        try:
            self._result = self._context.run(self._act, transaction)
        except BaseException as error:  # noqa: BLE001 - raised again where it was asked for
            self._error = error
        return self._error is None

    def fail(self, error: BaseException) -> None:
        self._error = self._error or error

    def result(self) -> Any:
        if self._error is not None:
            raise self._error
        return self._result


class Group:
    """Those who write to one database in this process."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._waiting: deque[Task] = deque()
        self._led = False

    def run(self, task: Task, begin: Callable[[], Transaction]) -> None:
        """Return when ``task`` is committed or has failed; its ``result`` says which.

        ``begin`` gives a transaction that holds the write lock.
        """
        with self._guard:
            self._waiting.append(task)
            leads = not self._led
            self._led = True
        if not leads:
            task.called.wait()
        if not task.over:
            self._lead(begin)

    def _lead(self, begin: Callable[[], Transaction]) -> None:
        """The first in the queue does its own task and those behind it, and calls who is first then."""
        batch: list[Task] = []
        try:
            transaction = begin()
            try:
                batch = self._next()
                _do(batch, transaction)
            finally:
                transaction.close()
        except BaseException as error:  # noqa: BLE001 - raised again by each whose task it was
            batch = batch or self._next()
            for task in batch:
                task.fail(error)
        finally:
            self._hand_over(batch)

    def _next(self) -> list[Task]:
        with self._guard:
            return [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]

    def _hand_over(self, done: Sequence[Task]) -> None:
        with self._guard:
            first = self._waiting[0] if self._waiting else None
            self._led = first is not None
        for task in done:
            task.over = True
            task.called.set()
        if first is not None:
            first.called.set()


def _do(batch: Sequence[Task], transaction: Transaction) -> None:
    if len(batch) == 1:
        if batch[0].attempt(transaction):
            transaction.commit()
        return
    for task in batch:
        transaction.execute("SAVEPOINT task")
        if not task.attempt(transaction):
            transaction.execute("ROLLBACK TO task")
        transaction.execute("RELEASE task")
    transaction.commit()
