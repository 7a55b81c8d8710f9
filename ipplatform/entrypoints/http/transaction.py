"""One transaction a request: committed before the answer leaves, or nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from flask import Flask, request
from flask.typing import ResponseReturnValue

from ipplatform.entrypoints.http.access import ViewRequest, view_of_request
from ipplatform.foundation.db import db, may_write, transaction
from ipplatform.foundation.direct import direct_transaction

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class TransactionalFlask(Flask):
    """Flask whose views run inside a transaction; a failing commit is an error of the request."""

    request_class = ViewRequest

    def dispatch_request(self) -> ResponseReturnValue:
        with _transaction():
            return super().dispatch_request()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view is async, which Flask would otherwise look for some twenty times a request."""
        return func


def _transaction() -> AbstractContextManager[None]:
    if getattr(view_of_request(), "direct", False):
        return direct_transaction()
    return transaction(reads_only=_reads_only())


def _reads_only() -> bool:
    return request.method in SAFE and not getattr(view_of_request(), "writes", False)


def init_app(app: Flask) -> None:
    """Reading who asks happens before the view, and never takes SQLite's only write lock."""
    app.before_request(_begin)
    app.teardown_request(_forget)


def _begin() -> None:
    may_write.set(False)


def let_go_for_body(app: Flask) -> None:
    """To be called when whoever asks has been let in, and before anything reads the body."""
    app.before_request(_let_go)


def _let_go() -> None:
    """The sender decides how long a body takes: nothing is held meanwhile, and SQLite lets no old snapshot write."""
    if db.session.registry.has() and not _reads_only():
        db.session.commit()


def _forget(error: BaseException | None) -> None:
    may_write.set(False)
