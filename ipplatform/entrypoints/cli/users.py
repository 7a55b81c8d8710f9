"""``ipplatform users``: people of the office are made here, not by sign-up."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from ipplatform.domain.accounts import queries, rules, services
from ipplatform.domain.accounts.actor import OFFICE_ROLES, SYSTEM
from ipplatform.foundation.db import transaction


@click.group()
def users() -> None:
    """People of the office."""


@users.command("create-office")
@click.argument("email")
@click.option("--name", required=True, help="Full name.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(OFFICE_ROLES))
@click.option("--locale", type=click.Choice(["en", "zh"]), default="en")
@click.password_option(help="Asked for when not given.")
@with_appcontext
def create_office(email: str, name: str, roles: tuple[str, ...], locale: str, password: str) -> None:
    """Make a person with office roles; an existing person only gets the roles."""
    with transaction():
        person = queries.person_by_email(email)
        if person is None:
            faults = rules.password_faults(password, [name, email])
            if faults:
                raise click.BadParameter(str(faults[0]), param_hint="--password")
            person = services.create_person(name=name, email=email, password=password, locale=locale)
        services.set_office_roles(actor=SYSTEM, person=person, roles=roles)
    click.echo(f"{email}: {', '.join(roles)}")
