"""``ipplatform audit``: re-derive everything from stored bytes and name what differs."""

from __future__ import annotations

import gc
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence.audit import console, progress, runs
from ipplatform.domain.evidence.models import AuditFinding, AuditRun
from ipplatform.foundation import settings
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import Conflict, Invalid, NotFound
from ipplatform.foundation.ids import parse_id

FOUND, ENDED_BY_OTHERS, INTERRUPTED = 1, 3, 130


@click.group("audit")
def command() -> None:
    """The audit of records and log."""


@command.command("run")
@click.option("--full", is_flag=True, help="Everything, not only what came since the last audit without findings.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="What was recorded on that day or later.")
@click.option("--record", help="One record, by the number of its filing.")
@with_appcontext
def run(full: bool, since: datetime | None, record: str | None) -> None:
    """Audit. Exit 0: nothing found; 1: findings; 2: wrong usage; 3: cancelled by somebody else; 130: by ctrl-C.

    What it found before it was cancelled is kept.
    """
    # What the program itself consists of stays to its end: no collection need walk through it.
    gc.freeze()
    if full + (since is not None) + (record is not None) > 1:
        raise click.UsageError("choose one of --full, --since and --record")
    begun = _begin(full, since, record)
    try:
        _drive(begun)
    except KeyboardInterrupt:
        _cancel(begun.public_id)
        raise SystemExit(INTERRUPTED) from None
    with transaction(reads_only=True):
        _print(begun.id)


def _begin(full: bool, since: datetime | None, record: str | None) -> AuditRun:
    scope = runs.ONE if record else runs.SINCE if since else runs.FULL if full else runs.INCREMENTAL
    moment = since.replace(tzinfo=ZoneInfo(settings.current().zone_timezone)) if since else None
    try:
        with transaction():
            return runs.begin(
                actor=SYSTEM, scope=scope, filing=parse_id(record or ""), since=moment, in_background=False
            )
    except NotFound as error:
        raise click.ClickException("there is no such record") from error
    except Invalid as error:
        raise click.UsageError("--since is a day that has begun") from error


def _drive(begun: AuditRun) -> None:
    def speed(current: AuditRun | None) -> str:
        rate = progress.of(current).per_second if current else None
        return f"{rate:,.0f}/s" if rate else ""

    with click.progressbar(length=max(1, begun.total), label="auditing", item_show_func=speed, show_pos=True) as bar:
        for current in runs.drive(begun):
            bar.update(current.checked - bar.pos, current)


def _cancel(public_id: str) -> None:
    """Ctrl-C came between two steps or in one, which then left nothing behind."""
    db.session.rollback()
    try:
        with transaction():
            ended = runs.cancel(actor=SYSTEM, public_id=public_id)
    except Conflict:
        click.echo("\nthe audit had already ended; `ipplatform audit list` shows it", err=True)
        return
    click.echo(f"\ncancelled; {ended.checked} checked and {ended.found} findings are kept as {public_id}", err=True)


@command.command("cancel")
@click.argument("run")
@with_appcontext
def cancel(run: str) -> None:
    """Cancel RUN, as `audit list` names it, wherever it runs. What it found is kept."""
    try:
        with transaction():
            runs.cancel(actor=SYSTEM, public_id=parse_id(run) or "")
    except NotFound as error:
        raise click.ClickException("there is no such run") from error
    except Conflict as error:
        raise click.ClickException(str(error)) from error


@command.command("list")
@click.option("--last", default=20, show_default=True, help="How many runs.")
@with_appcontext
def list_runs(last: int) -> None:
    """Runs, newest first: number, begun, scope, state, checked, findings."""
    with transaction(reads_only=True):
        for one in console.recent_runs(last):
            begun = f"{one.started_at:%Y-%m-%d %H:%M} UTC"
            signed = "signed report" if one.state == runs.FINISHED else "no report"
            click.echo(f"{one.public_id}  {begun}  {one.scope}  {one.state}  {one.checked}  {one.found}  {signed}")


@command.command("report")
@click.argument("run")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Defaults to audit-RUN.note.")
@with_appcontext
def report(run: str, output: Path | None) -> None:
    """Write the signed report of RUN, as `audit list` names it. `evidence verify-report` checks it anywhere."""
    public_id = parse_id(run) or ""
    with transaction():
        try:
            data = console.report(actor=SYSTEM, public_id=public_id)
        except NotFound as error:
            raise click.ClickException("there is no such run, or it has no report") from error
    path = output or Path(f"audit-{public_id}.note")
    path.write_bytes(data)
    click.echo(str(path))


def _print(identity: int) -> None:
    ended = db.session.get_one(AuditRun, identity)
    statement = select(AuditFinding).where(AuditFinding.audit_id == identity).order_by(AuditFinding.id)
    for finding in db.session.scalars(statement, execution_options={"yield_per": 200}):
        last = f"; last whole {finding.last_whole_at:%Y-%m-%d %H:%M:%S} UTC" if finding.last_whole_at else ""
        click.echo(f"{finding.record}: {finding.field}: expected {finding.expected}, found {finding.found}{last}")
    click.echo(f"{ended.checked} checked, {ended.found} findings")
    if ended.state != runs.FINISHED:
        click.echo(f"{ended.state} before the end", err=True)
        raise SystemExit(ENDED_BY_OTHERS)
    if ended.found:
        raise SystemExit(FOUND)
