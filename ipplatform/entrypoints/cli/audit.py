"""``ipplatform audit``: re-derive everything from stored bytes and name what differs."""

from __future__ import annotations

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence.audit import runs
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


def _print(identity: int) -> None:
    ended = db.session.get_one(AuditRun, identity)
    statement = select(AuditFinding).where(AuditFinding.audit_id == identity).order_by(AuditFinding.id)
    for finding in db.session.scalars(statement, execution_options={"yield_per": 200}):
        last = f"; last whole {finding.last_whole_at:%Y-%m-%d %H:%M:%S} UTC" if finding.last_whole_at else ""
        click.echo(f"{finding.record}: {finding.field}: expected {finding.expected}, found {finding.found}{last}")
    click.echo(f"{ended.checked} checked, {ended.found} findings")
    if ended.found:
        raise SystemExit(1)
