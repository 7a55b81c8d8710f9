"""The report of an import, for people as text and for programs as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from ipplatform.domain.assets.importing.runs import OUTCOME_LABELS, OUTCOMES
from ipplatform.domain.assets.models import AssetImport, AssetImportEntry
from ipplatform.domain.assets.numbers import display
from ipplatform.domain.assets.reading.archives import MESSAGES
from ipplatform.domain.assets.reading.outcome import level_of, text_of
from ipplatform.foundation.db import db
from ipplatform.foundation.i18n import _, colon, comma

ROWS_AT_ONCE = 500


def failure_text(run: AssetImport) -> str | None:
    """Why the file could not be read to its end, or None."""
    if not run.failure:
        return None
    code = str(run.failure.get("code"))
    return str(MESSAGES.get(code, code))


def as_json(run: AssetImport) -> dict[str, Any]:
    """Everything: counts and each document with position, line, outcome and reasons."""
    return {**summary(run), "documents": [line_as_json(line) for line in lines(run)]}


def summary(run: AssetImport) -> dict[str, Any]:
    return {
        "id": run.public_id,
        "file": run.file_name,
        "status": run.status,
        "counts": {outcome: getattr(run, outcome) for outcome in OUTCOMES},
        "failure": failure_text(run),
        "not_read": list(run.skipped or []),
    }


def line_as_json(line: AssetImportEntry) -> dict[str, Any]:
    return {
        "document": line.position,
        "member": line.member,
        "line": line.line,
        "publication_number": line.publication_number or None,
        "title": line.title or None,
        "outcome": line.outcome,
        "reasons": [
            {"code": remark["code"], "level": level_of(remark), "text": text_of(remark)} for remark in line.remarks
        ],
    }


def as_text(run: AssetImport) -> Iterator[str]:
    """Counts, then a line for each document that was refused or taken with doubts."""
    yield _("%(file)s:", file=run.file_name)
    for outcome in OUTCOMES:
        yield f"  {OUTCOME_LABELS[outcome]}{colon()}{getattr(run, outcome)}"
    if run.skipped:
        yield _("  Not read, since no XML: %(names)s", names=_(", ").join(run.skipped))
    if (failure := failure_text(run)) is not None:
        yield f"  {failure}"
    for line in lines(run, ("refused", "doubtful")):
        yield _text_line(line)


def lines(run: AssetImport, outcomes: tuple[str, ...] = OUTCOMES) -> Iterator[AssetImportEntry]:
    statement = (
        select(AssetImportEntry)
        .where(AssetImportEntry.import_id == run.id, AssetImportEntry.outcome.in_(outcomes))
        .order_by(AssetImportEntry.position)
    )
    yield from db.session.scalars(statement.execution_options(yield_per=ROWS_AT_ONCE))


def _text_line(line: AssetImportEntry) -> str:
    place = _("document %(number)s, line %(line)s", number=line.position, line=line.line)
    where = f"{line.member}{comma()}{place}" if line.member else place
    reasons = _("; ").join(text_of(remark) for remark in line.remarks if level_of(remark) != "note")
    number = f" {display(line.publication_number)}" if line.publication_number else ""
    return f"  {OUTCOME_LABELS[line.outcome]}{number} ({where}){colon()}{reasons}"
