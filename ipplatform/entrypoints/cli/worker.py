"""``ipplatform worker``: runs jobs from the outbox and keeps this node's search index, until it is told to stop."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time

import click
import structlog
from flask.cli import with_appcontext

from ipplatform.domain.marketplace import index
from ipplatform.foundation import jobs, schedule
from ipplatform.foundation.db import db

IDLE_SECONDS = 0.3
# Where processor and disk are short, who files is answered before mails are written.
LESS_URGENT = 15
GIVE_WAY_SECONDS = 0.5
SCHEDULE_SECONDS = 5.0
log = structlog.get_logger()


@click.command("worker")
@click.option("--once", is_flag=True, help="Run what is due and end.")
@with_appcontext
def worker(once: bool) -> None:
    """Run due jobs; SIGTERM and SIGINT end it after the job at hand."""
    if once:
        schedule.enqueue_due()
        click.echo(f"{jobs.run_all()} jobs")
        click.echo(f"{_apply_changes()} changes of the index")
        return
    # What the program itself consists of stays to its end: no collection need walk through it.
    gc.freeze()
    os.nice(LESS_URGENT)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log.info("worker started")
    looked = float("-inf")
    while not stop.is_set():
        if time.monotonic() - looked >= SCHEDULE_SECONDS:
            looked = time.monotonic()
            schedule.enqueue_due()
        began = time.monotonic()
        tried = jobs.run_due() + _apply_changes()
        db.session.remove()
        stop.wait(min(GIVE_WAY_SECONDS, 2 * (time.monotonic() - began)) if tried else IDLE_SECONDS)


def _apply_changes() -> int:
    """A fault of the index must not stop mails and deadlines; it is logged and tried again."""
    try:
        return index.apply_changes()
    except Exception:
        log.exception("search index failed")
        return 0
