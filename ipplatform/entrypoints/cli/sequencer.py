"""``ipplatform sequencer``: gives filings their place in the log, signs and publishes, until it is told to stop."""

from __future__ import annotations

import gc
import signal
import threading

import click
import structlog
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from ipplatform.domain.evidence import keys, recovery, sequencer
from ipplatform.domain.evidence.witness import loop, publication
from ipplatform.foundation.db import db

BUSY_SECONDS = 2.0
UNREACHABLE_SECONDS = 1.0
log = structlog.get_logger()


@click.command("sequencer")
@click.option("--once", is_flag=True, help="Integrate and publish what is pending, and end.")
@with_appcontext
def command(once: bool) -> None:
    """Run the sequencer; SIGTERM and SIGINT end it after the batch at hand. Exit 3 with --once when it halted."""
    # The rows of a batch would make the collector walk again and again through what is there for good.
    gc.freeze()
    if once:
        try:
            click.echo(f"{sequencer.run_all()} entries")
        except (sequencer.Halt, sequencer.Busy) as reason:
            click.echo(str(reason), err=True)
            raise SystemExit(3) from reason
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log.info("sequencer started")
    _ask_witnesses(stop, current_app._get_current_object())  # type: ignore[attr-defined]
    _run(stop, current_app.config["SETTINGS"].sequencer_interval_ms / 1000)


def _run(stop: threading.Event, interval: float) -> None:
    checked = False
    while not stop.is_set():
        try:
            if not checked:
                recovery.check_at_start()
                checked = True
            pause = 0.0 if sequencer.run_once() == sequencer.BATCH else interval
            publication.publish_arrived()
        except sequencer.Busy:
            pause = BUSY_SECONDS
        except OperationalError as error:
            log.warning("database not reachable", error=type(error).__name__)
            pause, checked = UNREACHABLE_SECONDS, False
        except sequencer.Halt as halt:
            _stand_still(stop, halt)
            return
        finally:
            db.session.remove()
        stop.wait(pause)


def _ask_witnesses(stop: threading.Event, app: Flask) -> None:
    """In a thread of its own, where WITNESS_POLICY names any: a slow witness delays neither filing nor publication."""
    if app.config["SETTINGS"].witness_policy is None:
        return
    keys.refresh_policy()

    def ask() -> None:
        with app.app_context():
            loop.run(stop)

    threading.Thread(target=ask, name="witnesses", daemon=True).start()


def _stand_still(stop: threading.Event, halt: sequencer.Halt) -> None:
    """The process stays, so that a supervisor does not start it again and again; only an operator goes on."""
    click.echo(f"The sequencer has halted. {halt}", err=True)
    stop.wait()
