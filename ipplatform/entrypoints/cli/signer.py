"""``ipplatform signer``: signs heads of the log in a process of its own, until it is told to stop."""

from __future__ import annotations

import signal
import threading

import click
import structlog
from flask import current_app
from flask.cli import with_appcontext

from ipplatform.domain.evidence import keys, signer_link

log = structlog.get_logger()


@click.command("signer")
@with_appcontext
def command() -> None:
    """Serve SIGNER_SOCKET; SIGTERM and SIGINT end it."""
    address = current_app.config["SETTINGS"].signer_socket
    if address is None:
        raise click.ClickException("Set SIGNER_SOCKET to the path where the sequencer finds this signer.")
    try:
        keys.signing_keys(2**62)
    except keys.KeyProblem as problem:
        raise click.ClickException(str(problem)) from problem
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log.info("signer started")
    signer_link.serve(current_app.app_context, address, stop)
