"""The loop that asks witnesses, beside the sequencer and never in its way."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import OperationalError

from ipplatform.domain.evidence.witness import policy, publication
from ipplatform.domain.evidence.witness.client import Client
from ipplatform.foundation import settings
from ipplatform.foundation.db import db

LOCK_FILE = "witnesses.lock"
PAUSE_SECONDS = 1.0
log = structlog.get_logger()


class Busy(Exception):
    """Another process asks the witnesses."""


def run(stop: threading.Event) -> None:
    """Ask until `stop`, inside an application context. A standby waits until the one who asks has gone."""
    with Client() as client:
        while not stop.is_set():
            try:
                with alone():
                    _ask_until(stop, client)
            except Busy:
                stop.wait(PAUSE_SECONDS)


def ask_once() -> int:
    """One impatient round; how many cosignatures came. Raises Busy or WitnessPolicyProblem."""
    with alone(), Client() as client:
        return client.round(patiently=False)


@contextmanager
def alone() -> Iterator[None]:
    folder = settings.current().signer_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(folder / LOCK_FILE, "a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy("another process asks the witnesses") from error
        yield


def _ask_until(stop: threading.Event, client: Client) -> None:
    while not stop.is_set():
        try:
            if client.round():
                publication.arrived.set()
        except (OperationalError, policy.WitnessPolicyProblem) as error:
            log.error("witnesses were not asked", reason=str(error)[:500])
        except Exception:
            log.exception("asking witnesses failed")
        finally:
            db.session.remove()
        stop.wait(PAUSE_SECONDS)
