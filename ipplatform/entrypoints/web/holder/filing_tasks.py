"""One page a task; every answer is kept on the server as it is typed, with scripts and without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.filings import kinds, queries, services
from ipplatform.domain.filings.definition import Task
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.filings.rules import lifecycle
from ipplatform.domain.filings.schemas.parties import is_blank
from ipplatform.entrypoints.http.access import member
from ipplatform.entrypoints.http.forms import Form
from ipplatform.entrypoints.http.session import actor
from ipplatform.entrypoints.web.holder.filing_pages import (
    anchor,
    answers,
    country_choices,
    is_rows,
    next_page,
    own_filing,
    shown,
    task_of,
)
from ipplatform.foundation.db import db

blueprint = Blueprint("filing_tasks", __name__, url_prefix="/filings/<filing>/tasks/<task>")


@blueprint.get("")
@member
def show(filing: str, task: str) -> ResponseReturnValue:
    found = own_filing(filing)
    if found.status != lifecycle.DRAFT:
        return redirect(url_for("filings.show", filing=found.public_id), 303)
    wanted = task_of(found, task)
    errors = _errors(found, wanted) if "check" in request.args else {}
    return _page(found, wanted, found.fields, errors)


@blueprint.post("")
@member
def save(filing: str, task: str) -> ResponseReturnValue:
    found = own_filing(filing)
    wanted = task_of(found, task)
    action = request.form.get("action", "continue")
    typed = _with_rows_changed(wanted, answers(wanted.schema(), request.form), action)
    try:
        saved = services.save_draft(
            actor=actor(), filing_id=found.id, task=task, answers=typed, version=_version(request.form)
        )
    except services.DraftChanged:
        db.session.rollback()
        return _page(own_filing(filing), wanted, typed, {}, overtaken=True), 409
    if action.partition(":")[0] in ("add", "remove"):
        return redirect(url_for(".show", filing=saved.public_id, task=task, _anchor="rows"), 303)
    if action == "save":
        return redirect(url_for("filings.show", filing=saved.public_id), 303)
    errors = _errors(saved, wanted)
    if errors:
        return _page(saved, wanted, saved.fields, errors), 422
    return redirect(next_page(saved, wanted), 303)


@blueprint.post("/autosave")
@member
def autosave(filing: str, task: str) -> ResponseReturnValue:
    """Answers while they are typed. JSON: the draft's version to send with the next save, or what overtook it."""
    found = own_filing(filing)
    wanted = task_of(found, task)
    typed = answers(wanted.schema(), request.form)
    try:
        saved = services.save_draft(
            actor=actor(), filing_id=found.id, task=task, answers=typed, version=_version(request.form)
        )
    except services.DraftChanged as error:
        db.session.rollback()
        return jsonify(code=error.code, message=str(error)), 409
    return jsonify(version=saved.version)


def _version(form: Mapping[str, str]) -> int | None:
    text = form.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _errors(found: Filing, task: Task) -> dict[str, list[Any]]:
    """What the check before submission would say of this task: gaps, and forms such as shares that do not add up."""
    if task.optional and not any(found.fields.get(name) for name in task.schema().fields):
        return {}
    errors: dict[str, list[Any]] = {}
    for problem in queries.assessment(found, ()).of(task.name):
        errors.setdefault(problem.field, []).append(problem.message)
    return errors


def _with_rows_changed(task: Task, typed: dict[str, Any], action: str) -> dict[str, Any]:
    """`add:<field>` appends an empty row, `remove:<field>:<number>` takes one away; both work without scripts."""
    verb, _colon, rest = action.partition(":")
    name, _colon, number = rest.partition(":")
    schema = task.schema()
    if name not in schema.fields or not is_rows(schema, name):
        return typed
    rows = typed[name]
    if verb == "add":
        rows = [row for row in rows if not is_blank(row)] + [dict.fromkeys(rows[0] if rows else ("name",), "")]
    elif verb == "remove" and number.isdecimal():
        rows = [row for place, row in enumerate(rows) if place != int(number)]
    return {**typed, name: rows}


def _page(
    found: Filing, task: Task, raw: Mapping[str, Any], errors: dict[str, list[Any]], *, overtaken: bool = False
) -> str:
    schema = task.schema()
    rows = {name: field.inner.nested() for name, field in schema.fields.items() if is_rows(schema, name)}  # type: ignore[attr-defined]
    return render_template(
        "holder/filing_task.html",
        filing=found,
        kind=kinds.of(found.asset_kind),
        task=task,
        form=Form(schema, shown(schema, raw), errors),
        row_schemas=rows,
        saved=shown(schema, found.fields),
        overtaken=overtaken,
        anchor=anchor,
        countries=country_choices() if rows else [],
        offices=country_choices(offices=True) if "priorities" in rows else [],
    )
