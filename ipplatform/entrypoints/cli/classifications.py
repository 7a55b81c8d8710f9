"""``ipplatform classifications``: titles of classes from an office's own list."""

from __future__ import annotations

import gzip
from pathlib import Path

import click
from flask.cli import with_appcontext

from ipplatform.domain.assets import titles
from ipplatform.foundation.db import transaction


@click.group("classifications")
def classifications() -> None:
    """Titles of classes."""


@classifications.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--scheme", required=True, type=click.Choice(titles.SCHEMES))
@click.option("--language", type=click.Choice(["en", "zh"]), default="en")
@with_appcontext
def import_titles(file: Path, scheme: str, language: str) -> None:
    """Read a list of codes and titles: tab-separated lines (CPC, IPC, Locarno) or JSON (Nice); .gz is unpacked.

    Titles already there are replaced.
    """
    opener = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(file, "rt", encoding="utf-8-sig") as lines, transaction():
            is_json = ".json" in file.suffixes
            found = titles.read_nice(lines.read()) if is_json else titles.read_list(lines, scheme)
            total = titles.store(found, scheme=scheme, language=language)
    except (ValueError, KeyError, TypeError, OSError, EOFError) as error:
        raise click.ClickException(f"{file.name}: {error}") from error
    click.echo(f"{total} titles ({scheme}, {language})")
