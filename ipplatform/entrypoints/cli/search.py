"""``ipplatform search``: the state of this node's search index, and building it anew."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from ipplatform.domain.marketplace import index


@click.group("search")
def search() -> None:
    """The search index of this node. It is derived: the database stays the truth."""


@search.command("rebuild")
@with_appcontext
def rebuild() -> None:
    """Build a new index from the database beside the live one and put it in use."""
    total = index.status().listings
    try:
        with click.progressbar(length=total, label="listings", file=sys.stderr) as bar:
            built = index.rebuild(lambda done, _all: bar.update(done - bar.pos))
    except BlockingIOError as error:
        raise click.ClickException("another process is writing the index; stop the worker or try again") from error
    click.echo(f"{built} listings in the new index")


@search.command("status")
@with_appcontext
def status() -> None:
    """Say what is indexed, how far behind the index is, and where it differs from the database. Exit 1 if it differs."""
    found = index.status()
    difference = index.compare()
    click.echo(f"version   {found.version or 'none: start the worker or run search rebuild'}")
    click.echo(f"documents {found.documents} of {found.listings} public listings")
    click.echo(f"behind    {found.behind} changes")
    click.echo(f"missing   {len(difference.missing)}")
    click.echo(f"surplus   {len(difference.surplus)}")
    sys.exit(1 if difference.missing or difference.surplus else 0)
