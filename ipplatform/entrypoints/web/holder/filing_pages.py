"""What the pages of a draft share: whose it is, its tasks with their state, and answers as they were typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import get_locale
from marshmallow import Schema
from pycountry import countries

from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.assets.models import Document
from ipplatform.domain.filings import kinds, queries
from ipplatform.domain.filings.definition import Problem, Task
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.filings.permissions import READ
from ipplatform.domain.filings.rules.assessment import DOCUMENTS, Assessment, started
from ipplatform.domain.filings.schemas.inputs import REGIONAL_OFFICES
from ipplatform.domain.filings.schemas.parties import MOST_ROWS, is_blank
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.i18n import _, _l
from ipplatform.foundation.ids import parse_id

OFFICES = {
    "EP": _l("European Patent Office"),
    "WO": _l("WIPO (PCT)"),
    "EA": _l("Eurasian Patent Office"),
    "EM": _l("EUIPO"),
}


def own_filing(public_id: str) -> Filing:
    """The current organisation's filing; NotFound for anybody else's."""
    found = queries.filing(parse_id(public_id) or "")
    if found is None or found.organisation_id != actor().organisation_id:
        raise NotFound
    require(READ, actor(), found)
    return found


def task_of(found: Filing, name: str) -> Task:
    task = kinds.of(found.asset_kind).task(name)
    if task is None:
        raise NotFound
    return task


def task_rows(found: Filing, assessment: Assessment) -> list[dict[str, Any]]:
    """Rows for the task list: title, url, status, hint."""
    rows = [
        {
            "title": task.label,
            "url": url_for("filing_tasks.show", filing=found.public_id, task=task.name),
            "status": _status(found, task, assessment.of(task.name)),
            "hint": _("Optional") if task.optional else None,
        }
        for task in kinds.of(found.asset_kind).tasks
    ]
    return [*rows, _documents_row(found, assessment)]


def _status(found: Filing, task: Task, problems: Sequence[Problem]) -> str:
    begun = started(task, found.fields) or task.name in found.revisions
    if not begun:
        return "not_started"
    return "in_progress" if any(problem.blocking for problem in problems) else "complete"


def _documents_row(found: Filing, assessment: Assessment) -> dict[str, Any]:
    problems = assessment.of(DOCUMENTS)
    blocking = any(problem.blocking for problem in problems)
    present = sum(expectation.present for expectation in assessment.expectations)
    return {
        "title": _("Documents"),
        "url": url_for("filing_documents.index", filing=found.public_id),
        "status": "missing" if blocking else "complete" if present else "not_started",
        "hint": " ".join(str(problem.message) for problem in problems) or (None if present else _("Optional")),
    }


def address_of(found: Filing, problem: Problem) -> str:
    """The page and field that mends a problem."""
    if problem.task == DOCUMENTS:
        return url_for("filing_documents.index", filing=found.public_id, _anchor=f"role-{problem.field}")
    return url_for(
        "filing_tasks.show", filing=found.public_id, task=problem.task, check=1, _anchor=anchor(problem.field)
    )


def document_address(found: Filing) -> Callable[[Document], str]:
    """From a document of the filing to the address of its bytes."""
    return lambda document: url_for("filing_documents.download", filing=found.public_id, document=document.public_id)


def task_address(found: Filing) -> Callable[[Task], str]:
    return lambda task: url_for("filing_tasks.show", filing=found.public_id, task=task.name)


def anchor(path: str) -> str:
    """The id of the field at a path such as `inventors.0.country`."""
    return "field-" + path.replace(".", "-")


def next_page(found: Filing, task: Task) -> str:
    """Where "save and continue" leads: the next task, after the last one the documents."""
    tasks = kinds.of(found.asset_kind).tasks
    place = tasks.index(task) + 1
    if place < len(tasks):
        return url_for("filing_tasks.show", filing=found.public_id, task=tasks[place].name)
    return url_for("filing_documents.index", filing=found.public_id)


def is_rows(schema: Schema, name: str) -> bool:
    return schema.fields[name].metadata.get("widget") == "rows"


def answers(schema: Schema, form: Mapping[str, str]) -> dict[str, Any]:
    """The posted answers of a task, exactly as typed: text, or a list of rows for `name-<row>-<field>`."""
    return {name: _rows(name, form) if is_rows(schema, name) else form.get(name, "") for name in schema.fields}


def _rows(name: str, form: Mapping[str, str]) -> list[dict[str, str]]:
    pattern = re.compile(rf"{re.escape(name)}-(\d{{1,4}})-(\w{{1,20}})", re.ASCII)
    rows: dict[int, dict[str, str]] = {}
    for key, value in form.items():
        if (match := pattern.fullmatch(key)) and len(rows) <= MOST_ROWS:
            rows.setdefault(int(match.group(1)), {})[match.group(2)] = value
    return [row for _number, row in sorted(rows.items())]


def shown(schema: Schema, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as the page shows them: filled rows first, so that a row's place is the one its errors name."""
    data: dict[str, Any] = {}
    for name, field in schema.fields.items():
        value = raw.get(name)
        if is_rows(schema, name):
            rows = [row for row in value or [] if isinstance(row, Mapping)]
            data[name] = [row for row in rows if not is_blank(row)] + [row for row in rows if is_blank(row)] or [{}]
        elif hasattr(field, "as_typed"):
            data[name] = field.as_typed(value)
        else:
            data[name] = value
    return data


def as_far_as_typed(found: Filing, assessment: Assessment) -> dict[str, Any]:
    """What a submission would say, and where an answer is not yet right, what was typed: never a blank instead."""
    typed: dict[str, Any] = {}
    for task in kinds.of(found.asset_kind).tasks:
        schema = task.schema()
        for name, value in shown(schema, found.fields).items():
            typed[name] = [row for row in value if not is_blank(row)] if is_rows(schema, name) else value
    return {**typed, **assessment.content}


def country_choices(*, offices: bool = False) -> list[tuple[str, str]]:
    """(code, name in the reader's language), by name; with `offices` regional offices come first."""
    locale = get_locale()
    names = dict(locale.territories) if locale else {}
    found = sorted(
        ((country.alpha_2, str(names.get(country.alpha_2, country.name))) for country in countries),
        key=lambda choice: choice[1],
    )
    regional = [(code, str(name)) for code, name in OFFICES.items() if code in REGIONAL_OFFICES]
    return [*regional, *found] if offices else found
