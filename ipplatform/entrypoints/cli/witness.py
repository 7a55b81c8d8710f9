"""``ipplatform witness``: who witnesses our log, and whose logs we witness."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from ipplatform.domain.evidence.witness import equivocation, identity, loop, policy, server, status, trusted
from ipplatform.foundation.db import transaction


@click.group("witness")
def command() -> None:
    """Witnesses of our log, and the logs that we witness."""


@command.command("status")
@with_appcontext
def show_status() -> None:
    """What each witness of our log last cosigned. Exit 1 when one holds another history of it."""
    try:
        with transaction(reads_only=True):
            found = status.status()
    except policy.WitnessPolicyProblem as problem:
        raise click.ClickException(str(problem)) from problem
    if not found.witnesses:
        click.echo("no witness is configured; set WITNESS_POLICY")
        return
    for one in found.witnesses:
        size = "nothing yet" if one.cosigned_size is None else f"{one.cosigned_size} entries at {one.cosigned_at}"
        click.echo(f"{one.name} ({one.url}): cosigned {size}{f'; {one.error}' if one.error else ''}")
    click.echo(_quorum(found))
    if found.alarm:
        click.echo("ALARM: a witness holds another history of this log. See docs/operators/witnesses.md.")
        raise SystemExit(1)


@command.command("ask")
@with_appcontext
def ask() -> None:
    """Ask every witness now for its cosignature on the newest checkpoint."""
    try:
        click.echo(f"{loop.ask_once()} cosignatures")
    except (policy.WitnessPolicyProblem, loop.Busy) as problem:
        raise click.ClickException(str(problem)) from problem


@command.command("add")
@click.argument("vkey")
@with_appcontext
def add(vkey: str) -> None:
    """Witness the log with this verifier key (from its operator or its /log/policy) from now on."""
    try:
        key = trusted.add(vkey)
    except trusted.LogsProblem as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"{key.name} is witnessed from now on")


@command.command("list")
@with_appcontext
def show_logs() -> None:
    """Our verifier keys as a witness, the logs we witness, and proofs that one of them equivocated."""
    for key in identity.verifier_keys():
        click.echo(key.vkey)
    try:
        with transaction(reads_only=True):
            for one in server.witnessed():
                click.echo(f"{one.origin}: {one.size} entries" + (f", cosigned {one.cosigned_at}" if one.size else ""))
            for proof in equivocation.all_found():
                click.echo(f"EQUIVOCATION of {proof.origin} at {proof.size} entries, found {proof.found_at}")
    except trusted.LogsProblem as problem:
        raise click.ClickException(str(problem)) from problem


def _quorum(found: status.Status) -> str:
    if found.quorum is None:
        return "no quorum is demanded"
    if found.quorum_size is None:
        return f"the quorum {found.quorum} was never met"
    behind = found.size - found.quorum_size
    return f"the quorum {found.quorum} is met for {found.quorum_size} entries; {behind} wait for it"
