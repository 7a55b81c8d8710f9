"""``ipplatform audit``: re-derive everything from stored bytes and name what differs."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence.audit import console, runs
from ipplatform.domain.evidence.models import AuditFinding, AuditRun
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.ids import parse_id


@click.group("audit")
def command() -> None:
    """The audit of records and log."""


@command.command("run")
@click.option("--full", is_flag=True, help="Everything, not only what came since the last audit without findings.")
@click.option("--record", help="One record, by the number of its filing.")
@with_appcontext
def run(full: bool, record: str | None) -> None:
    """Audit; exit 1 with findings."""
    scope = runs.ONE if record else runs.FULL if full else runs.INCREMENTAL
    with transaction():
        try:
            begun = runs.begin(actor=SYSTEM, scope=scope, filing=parse_id(record or ""), in_background=False)
        except NotFound as error:
            raise click.ClickException("there is no such record") from error
    with click.progressbar(length=max(1, begun.total), label="auditing") as bar:
        for current in runs.drive(begun):
            bar.update(current.checked - bar.pos)
    with transaction(reads_only=True):
        _print(begun.id)


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
    if ended.found:
        raise SystemExit(1)
