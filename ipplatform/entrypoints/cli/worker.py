"""``ipplatform worker``: runs jobs from the outbox until it is told to stop."""

from __future__ import annotations

import signal
import threading

import click
import structlog
from flask.cli import with_appcontext

from ipplatform.foundation import jobs
from ipplatform.foundation.db import db

IDLE_SECONDS = 0.3


@click.command("worker")
@click.option("--once", is_flag=True, help="Run what is due and end.")
@with_appcontext
def worker(once: bool) -> None:
    """Run due jobs; SIGTERM and SIGINT end it after the job at hand."""
    if once:
        click.echo(f"{jobs.run_all()} jobs")
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    structlog.get_logger().info("worker started")
    while not stop.is_set():
        tried = jobs.run_due()
        db.session.remove()
        if not tried:
            stop.wait(IDLE_SECONDS)
