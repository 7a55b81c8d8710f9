"""``ipplatform demo``: a zone with a dozen invented companies, for trying the service out."""

from __future__ import annotations

import time

import click
from flask.cli import with_appcontext

from ipplatform.demo import loading, people


@click.group("demo")
def demo() -> None:
    """An invented zone for trying the service out."""


@demo.command("load")
@click.option("--force", is_flag=True, help="Load into a database that holds other people's data.")
@click.option("--if-empty", is_flag=True, help="Leave a database with other data alone without calling it an error.")
@with_appcontext
def load(force: bool, if_empty: bool) -> None:
    """Load the invented companies through the real services. A second run changes nothing.

    Ends with 2 when the database holds other data, since the demo's sign-ins share one published password.
    """
    if not (loading.is_begun() or loading.is_empty() or force):
        click.echo("The database holds data of its own; the demo was not loaded (--force loads it all the same).")
        raise SystemExit(0 if if_empty else 2)
    stages = loading.pending()
    if not stages:
        click.echo("The demo is loaded.")
        return
    began = time.monotonic()
    with click.progressbar(stages, label="demo", item_show_func=lambda stage: stage.title if stage else "") as bar:
        for stage in bar:
            loading.run(stage)
    loading.finish()
    click.echo(f"The demo is loaded ({time.monotonic() - began:.0f} s).")
    _print_sign_ins()


@demo.command("accounts")
@with_appcontext
def accounts() -> None:
    """Print the demo's sign-ins; nothing when the demo is not loaded."""
    if loading.is_begun():
        _print_sign_ins()


def _print_sign_ins() -> None:
    click.echo(f"Demo sign-ins, never for real use. Password of all: {people.PASSWORD}")
    width = max(len(email) for email, _who in people.SIGN_INS)
    for email, who in people.SIGN_INS:
        click.echo(f"  {email:<{width}}  {who}")
