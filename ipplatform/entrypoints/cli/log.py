"""``ipplatform log``: the state of the log, and the way back after a restored backup."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click
from flask.cli import with_appcontext

from ipplatform.domain.evidence import keys, queries, recovery, sequencer
from ipplatform.foundation.db import transaction

Result = TypeVar("Result")


@click.group("log")
def command() -> None:
    """The evidence log."""


@command.command("init")
@with_appcontext
def init() -> None:
    """Make the log's key and policy where they are missing (setup does it too)."""
    keys.ensure()
    click.echo(keys.policy().text, nl=False)


@command.command("status")
@with_appcontext
def status() -> None:
    """Size, latest checkpoint, and why the sequencer halted, if it did."""
    with transaction(reads_only=True):
        state = queries.state()
        if state is None:
            click.echo("the log is empty; the sequencer has not run yet")
            return
        click.echo(f"{state.origin}: {state.size} entries, {state.published_size} in the published checkpoint")
        if state.halted_reason:
            click.echo(f"halted since {state.halted_at}: {state.halted_reason}")


@command.command("replay-tail")
@with_appcontext
def replay_tail() -> None:
    """After a restored database: take the missing entries back from the published tiles."""
    done = _unless_halted(recovery.replay_tail)
    click.echo(f"{done.missing} entries came back, {done.size} are in the log")
    if done.orphans:
        click.echo(f"{done.orphans} of them have no record in this database; their holders have bundles")


@command.command("republish")
@with_appcontext
def republish() -> None:
    """After a restored or lost place of publication: write its missing files from the database."""
    click.echo(f"{_unless_halted(recovery.republish)} entries are published")


@command.command("adopt")
@with_appcontext
def adopt() -> None:
    """When the signer's memory is lost: continue from the published checkpoint after verifying it."""
    head = _unless_halted(recovery.adopt)
    click.echo(f"the signer continues from {head.size} entries, root {head.root.hex()}")


def _unless_halted(act: Callable[[], Result]) -> Result:
    try:
        return act()
    except (sequencer.Halt, sequencer.Busy) as stop:
        raise click.ClickException(str(stop)) from stop
