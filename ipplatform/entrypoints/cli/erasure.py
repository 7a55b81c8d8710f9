"""``ipplatform erasure``: requests with their state, and destroying again after a restored backup."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from ipplatform.domain.evidence.erasure import queries, rules
from ipplatform.domain.evidence.erasure import replay as again
from ipplatform.domain.evidence.erasure.journal import JournalError
from ipplatform.domain.evidence.signer import Refused
from ipplatform.foundation.db import transaction
from ipplatform.foundation.ids import display_id

PAGE = 100


@click.group("erasure")
def command() -> None:
    """Erasure of filings' content."""


@command.command("list")
@click.option("--state", type=click.Choice(["open", *rules.STATES]), help="Only requests in this state.")
@with_appcontext
def list_requests(state: str | None) -> None:
    """Requests, newest first: number, state, filing, when it was asked and on what ground."""
    after: str | None = None
    with transaction(reads_only=True):
        while True:
            page = queries.requests(state=state, after=after, limit=PAGE)
            for found in page.items:
                asked = f"{found.requested_at:%Y-%m-%d %H:%M}"
                filing = display_id(found.record.public_id)
                click.echo(f"{display_id(found.public_id)}  {found.state:<9}  {filing}  {asked}  {found.ground}")
            if page.next_cursor is None:
                return
            after = page.next_cursor


@command.command("replay")
@with_appcontext
def replay() -> None:
    """After a restored backup: destroy again what had been erased. Run `ipplatform log replay-tail` first."""
    try:
        done = again.replay()
    except (JournalError, again.NotWhole, Refused) as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"{done.erasures} erasures replayed; {done.taken_back} erase records came back; "
        f"{done.emptied} filings had content again, which is destroyed"
    )
    if done.waiting:
        click.echo(
            f"{done.waiting} of those erase records stood only in a log that ended; the sequencer enters them in the "
            "present one"
        )
    for number in done.unknown:
        click.echo(f"{display_id(number)}: in no log, so nothing was destroyed; have it decided again")
    if done.unknown:
        raise SystemExit(1)
