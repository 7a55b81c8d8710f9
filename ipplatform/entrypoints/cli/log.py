"""``ipplatform log``: the state of the log, and the way back after a restored backup."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

import click
from flask.cli import with_appcontext

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence import fsck, keys, recovery, sequencer, status
from ipplatform.domain.evidence.succession import retracing
from ipplatform.domain.evidence.succession import services as succession
from ipplatform.foundation import settings
from ipplatform.foundation.keyfile import KeyFileError

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
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for monitoring.")
@with_appcontext
def show(as_json: bool) -> None:
    """Size, what is published and signed, what waits and for how long, and why the sequencer halted, if it did."""
    now = status.status()
    if as_json:
        click.echo(json.dumps(now.plain, ensure_ascii=False, indent=2))
        return
    click.echo(f"{now.origin}: {now.size} entries, {now.published_size} in the published checkpoint")
    click.echo(
        f"last checkpoint: {now.checkpoint_at.isoformat(timespec='seconds') if now.checkpoint_at else 'none yet'}"
    )
    click.echo(f"published at {now.place}: {_entries(now.published)}")
    click.echo(f"signer's last head: {_entries(now.signer)}")
    click.echo(f"waiting: {now.pending}" + (f", the oldest for {now.waiting_seconds:.1f} s" if now.pending else ""))
    if now.frozen:
        click.echo(f"FROZEN: {now.frozen}")
    if now.halted_reason:
        click.echo(f"HALTED since {now.halted_at}: {now.halted_reason}")


@command.command("fsck")
@with_appcontext
def check() -> None:
    """Compare database, published files and signer's head; each difference is named. Changes nothing; exit 1 if any."""
    found = 0
    for item in fsck.differences():
        found += 1
        click.echo(f"{item.record}: {item.field}: expected {item.expected}, found {item.found}")
    if found:
        raise click.ClickException(f"{found} differences. docs/operators/processes.md says what to do about each.")
    click.echo("no difference: database, published files and signer tell one story")


@command.command("replay-tail")
@with_appcontext
def replay_tail() -> None:
    """After a restored database: take the missing entries back from the published tiles."""
    passed, done = _unless_halted(retracing.replay_tail)
    for origin in passed:
        click.echo(f"the database was from before {origin} ended; it follows the log after it now")
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


@command.command("freeze")
@click.option("--reason", required=True, help="Why the log ends; published.")
@click.confirmation_option(prompt="Nothing will ever be signed under this origin again. Freeze the log?")
@with_appcontext
def freeze(reason: str) -> None:
    """A key was lost or stolen, or the log forked: sign a last head where possible, then nothing ever again."""
    obstacle = _unless_halted(lambda: succession.freeze(actor=SYSTEM, reason=reason))
    if obstacle:
        click.echo(f"no last head could be signed: {obstacle}", err=True)
    click.echo("the log is frozen; continue under a new origin with `ipplatform log succeed`")


@command.command("succeed")
@with_appcontext
def succeed() -> None:
    """Begin the log that LOG_ORIGIN and LOG_STORE now name, after the frozen one; leaf 0 is its final head."""
    ended = _unless_halted(lambda: succession.succeed(actor=SYSTEM))
    click.echo(f"{settings.current().origin} continues {ended.origin}, which ended with {ended.size} entries")
    click.echo("start the sequencer: it enters every record anew behind entry 0")


def _entries(size: int | str | None) -> str:
    return "none yet" if size is None else f"{size} entries" if isinstance(size, int) else size


def _unless_halted(act: Callable[[], Result]) -> Result:
    try:
        return act()
    except (sequencer.Halt, sequencer.Busy, succession.CannotSucceed, keys.KeyProblem, KeyFileError) as stop:
        raise click.ClickException(str(stop)) from stop
