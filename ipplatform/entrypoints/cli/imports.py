"""``ipplatform import``: office files into an organisation's portfolio."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, BinaryIO

import click
from flask.cli import with_appcontext

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.assets.importing import candidates, report, runs, taking
from ipplatform.domain.assets.media import clean_name
from ipplatform.domain.assets.models import AssetImport
from ipplatform.domain.assets.reading import archives
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.ids import parse_id


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organisation", "reference", required=True, help="Id of the organisation that holds the assets.")
@click.option("--report", "report_file", type=click.Path(path_type=Path), help="Write the whole report there as JSON.")
@with_appcontext
def import_files(files: tuple[Path, ...], reference: str, report_file: Path | None) -> None:
    """Read USPTO patent grant XML (.xml, .gz, .zip) into the register.

    Reading a file again adds nothing. Ends with 1 when a file could not be read to its end.
    """
    organisation_id = _organisation(reference)
    reports = [import_file(path, organisation_id) for path in files]
    if report_file is not None:
        report_file.write_text(json.dumps(reports, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if any(found["status"] == "failed" for found in reports):
        raise SystemExit(1)


def _organisation(reference: str) -> int:
    try:
        return accounts.organisation_by_public_id(parse_id(reference) or "").id
    except NotFound:
        raise click.BadParameter("there is no such organisation", param_hint="--organisation") from None


def import_file(path: Path, organisation_id: int) -> dict[str, Any]:
    """Import one file, print its report and give it back. Safe beside other imports of the same documents."""
    with transaction():
        organisation = accounts.organisation(organisation_id)
        run = runs.begin(actor=SYSTEM, organisation=organisation, file_name=clean_name(path.name))
        run.status = "running"
        public_id = run.public_id
    size = path.stat().st_size
    with path.open("rb") as handle, click.progressbar(length=size, label=path.name) as bar:
        failure = _read(public_id, organisation_id, handle, bar)
        bar.update(max(0, size - bar.pos))
    with transaction():
        run = _run(public_id)
        runs.finish(run, failure=failure)
        for line in report.as_text(run):
            click.echo(line)
        return report.as_json(run)


def _read(public_id: str, organisation_id: int, handle: BinaryIO, bar: Any) -> dict[str, str] | None:
    """Take the file batch by batch; the reason when it breaks off."""
    limits = archives.Limits()
    try:
        opened = archives.open_file(handle, limits)
        with transaction():
            _run(public_id).skipped = list(opened.skipped)
        for batch in candidates.batches(candidates.read_all(opened.members, limits)):
            with transaction():
                taking.take(_run(public_id), db.session.get_one(Organisation, organisation_id), batch)
            bar.update(max(0, handle.tell() - bar.pos))
    except archives.UnusableFile as error:
        return {"code": error.code}
    return None


def _run(public_id: str) -> AssetImport:
    run = runs.run_by_id(public_id)
    assert run is not None
    return run
