"""``ipplatform rights``: what the ledger holds of an asset, and what is free."""

from __future__ import annotations

import json

import click
from flask.cli import with_appcontext

from ipplatform.domain.assets import queries as assets
from ipplatform.domain.rights import acts, queries, words
from ipplatform.domain.rights.models import Grant
from ipplatform.foundation.ids import parse_id


@click.group("rights")
def rights() -> None:
    """The ledger of rights."""


@rights.command("show")
@click.argument("asset")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
@with_appcontext
def show(asset: str, as_json: bool) -> None:
    """Grants on ASSET (its number here), ended ones too, and what remains free by territory and act."""
    found = assets.asset(parse_id(asset) or "")
    if found is None:
        raise click.ClickException(f"no asset {asset}")
    grants = queries.grants_of(found.id)
    if as_json:
        click.echo(json.dumps([_plain(grant) for grant in grants], ensure_ascii=False, indent=2))
        return
    for grant in grants:
        click.echo(_line(grant))
    click.echo(f"{len(grants)} grants")
    for row in queries.free_terms(found.id, found.kind).rows:
        states = zip(acts.acts_of(found.kind), row.cells, strict=True)
        click.echo(
            f"{words.territory_names(row.territories)}: " + ", ".join(f"{act} {cell.state}" for act, cell in states)
        )


def _line(grant: Grant) -> str:
    extent = (
        words.act_names(grant.acts),
        words.territory_names(grant.territories),
        words.field_names(grant.fields),
        words.term(grant.start_date, grant.last_day),
    )
    holder = grant.licensee.name if grant.licensee else "*"
    return f"{grant.number}  {words.exclusivity(grant.exclusivity)}  {holder}  " + "; ".join(extent)


def _plain(grant: Grant) -> dict[str, object]:
    return {
        "grant": grant.public_id,
        "exclusivity": grant.exclusivity,
        "acts": grant.acts,
        "territories": grant.territories,
        "fields": grant.fields,
        "start": grant.start_date.isoformat(),
        "last_day": grant.last_day.isoformat() if grant.last_day else None,
        "agreement": grant.agreement_ref,
    }
