"""``ipplatform time``: ask the time-stamping authorities, renew what ends, see how they are."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from ipplatform.domain.evidence.time import configuration, queries, renewal, stamping
from ipplatform.domain.evidence.time.errors import AuthorityProblem
from ipplatform.foundation.db import transaction

NONE = "no time-stamping authority is configured: set TIME_AUTHORITIES (docs/operators/time.md)"


@click.group("time")
def command() -> None:
    """Independent time: tokens of time-stamping authorities over the log."""


@command.command("stamp")
@with_appcontext
def stamp() -> None:
    """Have every authority stamp the newest checkpoint. Exit 1 when one did not."""
    _require_configured()
    try:
        outcomes = stamping.stamp_newest()
    except AuthorityProblem as error:
        raise click.ClickException(str(error)) from error
    if not outcomes:
        click.echo("the log is empty; there is nothing to stamp yet")
    for outcome in outcomes:
        click.echo(f"{outcome.authority}: {outcome.state} {outcome.detail}".rstrip())
    if any(outcome.state == "problem" for outcome in outcomes):
        raise SystemExit(1)


@command.command("renew")
@click.option("--all", "every", is_flag=True, help="Renew every token, whenever it ends.")
@with_appcontext
def renew(every: bool) -> None:
    """Renew the tokens that end soon. Exit 1 when some could not be renewed."""
    _require_configured()
    try:
        report = renewal.renew(every=every)
    except AuthorityProblem as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{len(report.renewed)} checkpoints renewed, {report.waiting} waiting")
    if report.problem:
        raise click.ClickException(report.problem)


@command.command("status")
@with_appcontext
def status() -> None:
    """The last token, its age and the last failure of every authority."""
    with transaction(reads_only=True):
        known = queries.status()
    if not known:
        click.echo(NONE)
    for item in known:
        last = f"last token {item.succeeded_at:%Y-%m-%d %H:%M:%S} UTC" if item.succeeded_at else "no token yet"
        gone = "" if item.configured else " (no longer configured)"
        click.echo(f"{item.name}{gone}: {last}" + (f"; failed: {item.failure}" if item.failure else ""))


def _require_configured() -> None:
    if not configuration.is_configured():
        raise click.ClickException(NONE)
