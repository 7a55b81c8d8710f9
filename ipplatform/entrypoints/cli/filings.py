"""``ipplatform filings``: applications from files, by the same services as the forms."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import click
from flask.cli import with_appcontext

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.accounts.actor import SYSTEM, Actor
from ipplatform.domain.assets import documents as documents_service
from ipplatform.domain.assets import queries as assets
from ipplatform.domain.filings import kinds, queries, services
from ipplatform.domain.filings.models import Filing
from ipplatform.foundation.db import transaction
from ipplatform.foundation.errors import DomainError, Invalid, NotFound
from ipplatform.foundation.ids import display_id, parse_id

CHUNK = 64 * 1024


@click.group()
def filings() -> None:
    """Applications: submit one, or read what became of it."""


@filings.command("submit")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organisation", "reference", required=True, help="Id of the organisation that files.")
@click.option("--document", "named", multiple=True, metavar="ROLE=PATH", help="A document and the role it plays.")
@click.option("--as", "email", help="Email address of the member who submits; without it the installation does.")
@click.option(
    "--idempotency-key", "key", help="Submitting again with the same key adds nothing. Default: from the files."
)
@with_appcontext
def submit(file: Path, reference: str, named: tuple[str, ...], email: str | None, key: str | None) -> None:
    """Submit the application in FILE: JSON with "kind" and "fields".

    Doing it again adds nothing. Ends with 1 when something is missing or wrong, and says what.
    """
    request = _request(file)
    paths = [_named(one) for one in named]
    try:
        with transaction():
            organisation_id = _organisation(reference)
            actor = _actor(email, organisation_id)
            kept = [(role, _document(actor, organisation_id, path)) for role, path in paths]
            filing, new = services.submit_new(
                actor=actor,
                organisation_id=organisation_id,
                asset_kind=request["kind"],
                fields=request["fields"],
                documents=kept,
                idempotency_key=key or _key(file, paths),
            )
            lines = [*_receipt(filing), "" if new else "This had been submitted before; nothing was added."]
    except DomainError as error:
        _refuse(error)
    click.echo("\n".join(line for line in lines if line))


@filings.command("show")
@click.argument("number")
@with_appcontext
def show(number: str) -> None:
    """What became of the filing NUMBER."""
    with transaction(reads_only=True):
        filing = queries.filing(parse_id(number) or "")
        if filing is None:
            raise click.BadParameter("there is no such filing", param_hint="NUMBER")
        lines = list(_receipt(filing))
    click.echo("\n".join(lines))


def _request(file: Path) -> dict[str, Any]:
    try:
        request = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"not JSON: {error}", param_hint="FILE") from error
    if not isinstance(request, dict) or set(request) != {"kind", "fields"} or not isinstance(request["fields"], dict):
        raise click.BadParameter('must be an object with "kind" and "fields"', param_hint="FILE")
    if kinds.get(str(request["kind"])) is None:
        raise click.BadParameter(f"kind must be one of {', '.join(kinds.registry())}", param_hint="FILE")
    return request


def _named(text: str) -> tuple[str, Path]:
    role, equals, path = text.partition("=")
    if not role or not equals or not Path(path).is_file():
        raise click.BadParameter(f"{text}: write ROLE=PATH with a file that exists", param_hint="--document")
    return role, Path(path)


def _organisation(reference: str) -> int:
    try:
        return accounts.organisation_by_public_id(parse_id(reference) or "").id
    except NotFound:
        raise click.BadParameter("there is no such organisation", param_hint="--organisation") from None


def _actor(email: str | None, organisation_id: int) -> Actor:
    if email is None:
        return SYSTEM
    person = accounts.person_by_email(email)
    if person is None:
        raise click.BadParameter("nobody has this address", param_hint="--as")
    return accounts.standing_of(person, organisation_id).actor


def _document(actor: Actor, organisation_id: int, path: Path) -> str:
    """The public id of the file's document; one the organisation has already is not kept twice."""
    held = assets.document_by_digest(organisation_id, _sha256(path))
    if held is None:
        with path.open("rb") as handle:
            held = documents_service.receive(
                actor=actor, stream=handle, name=path.name, organisation_id=organisation_id
            )
    return held.public_id


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _key(file: Path, paths: list[tuple[str, Path]]) -> str:
    parts = [_sha256(file), *(f"{role}={_sha256(path)}" for role, path in paths)]
    return "cli/" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _receipt(filing: Filing) -> Iterator[str]:
    attached = queries.attachments(filing.id)
    yield f"{display_id(filing.public_id)}  {queries.shown_statuses([filing])[filing.id]}  {filing.submitted_at or ''}"
    for role, document in attached:
        pages = f", {document.pages} pages" if document.pages else ""
        yield f"  {role}: {document.name}, {document.size} bytes{pages}, sha256 {document.sha256}"
    if filing.kind in ("registration", "amendment"):
        for expectation in queries.assessment(filing, attached).missing:
            yield f"  missing: {expectation.role.label} ({expectation.need})"


def _refuse(error: DomainError) -> NoReturn:
    click.echo(str(error.message), err=True)
    if isinstance(error, Invalid):
        for field, messages in error.fields.items():
            for message in messages:
                click.echo(f"  {field}: {message}", err=True)
    raise SystemExit(1)
