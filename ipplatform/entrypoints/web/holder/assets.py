"""An organisation's portfolio, and reading office files into it."""

from __future__ import annotations

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.assets import access, queries
from ipplatform.domain.assets.importing import report, runs
from ipplatform.domain.assets.numbers import display
from ipplatform.domain.assets.permissions import IMPORT_ASSETS
from ipplatform.domain.assets.reading.outcome import level_of, text_of
from ipplatform.domain.assets.rules import KIND_LABELS
from ipplatform.domain.assets.schemas import AssetFilterSchema, ImportFormSchema, ReportFilterSchema
from ipplatform.entrypoints.http import downloads, session
from ipplatform.entrypoints.http.access import accepts_upload, member
from ipplatform.entrypoints.http.forms import Form, errors_of, from_multidict, load
from ipplatform.foundation.errors import Invalid, TooLarge
from ipplatform.foundation.i18n import _

blueprint = Blueprint("assets", __name__, url_prefix="/assets")


def _organisation_id() -> int:
    organisation_id = session.actor().organisation_id
    assert organisation_id is not None
    return organisation_id


@blueprint.get("")
@member
def index() -> ResponseReturnValue:
    schema = AssetFilterSchema()
    values, form = load(schema, from_multidict(schema, request.args))
    filters = values or {}
    page = queries.assets_of(
        _organisation_id(),
        text=filters.get("q"),
        kind=filters.get("kind"),
        status=filters.get("status"),
        after=filters.get("after"),
    )
    return render_template(
        "holder/assets.html",
        page=page,
        form=form,
        is_filtered=any(filters.get(name) for name in ("q", "kind", "status")),
        may_import=allows(IMPORT_ASSETS, session.actor()),
        kind_labels=KIND_LABELS,
        display_number=display,
    )


@blueprint.get("/import")
@member
def choose() -> ResponseReturnValue:
    return _import_page(Form(ImportFormSchema()))


@blueprint.post("/import")
@accepts_upload
@member
def upload() -> ResponseReturnValue:
    file = request.files.get("file")
    form = Form(ImportFormSchema())
    if file is None or not file.filename:
        form.errors = {"file": [_("Choose a file.")]}
        return _import_page(form), 422
    organisation = accounts.organisation(_organisation_id())
    try:
        run = runs.upload(actor=session.actor(), organisation=organisation, stream=file.stream, name=file.filename)
    except Invalid as error:
        form.errors = errors_of(error)
        return _import_page(form), 422
    except TooLarge as error:
        form.errors = errors_of(Invalid({"file": [error.message]}))
        return _import_page(form), 413
    flash(_("The file has arrived. It is being read."), "success")
    return redirect(url_for("assets.show_import", public_id=run.public_id), 303)


@blueprint.get("/import/<public_id>")
@member
def show_import(public_id: str) -> ResponseReturnValue:
    run = runs.visible_run(actor=session.actor(), public_id=public_id)
    schema = ReportFilterSchema()
    values, form = load(schema, from_multidict(schema, request.args))
    page = runs.entries(run, **(values or {}))
    return render_template(
        "holder/assets_import_report.html",
        run=run,
        page=page,
        form=form,
        failure=report.failure_text(run),
        addresses=runs.asset_ids(page.items),
        outcome_labels=runs.OUTCOME_LABELS,
        outcomes=runs.OUTCOMES,
        text_of=text_of,
        level_of=level_of,
        display_number=display,
    )


@blueprint.get("/import/<public_id>/report.json")
@member
def report_json(public_id: str) -> ResponseReturnValue:
    run = runs.visible_run(actor=session.actor(), public_id=public_id)
    response = jsonify(report.as_json(run))
    response.headers.set("Content-Disposition", "attachment", filename=f"import-{run.public_id}.json")
    return response


@blueprint.get("/import/<public_id>/report.txt")
@member
def report_text(public_id: str) -> ResponseReturnValue:
    run = runs.visible_run(actor=session.actor(), public_id=public_id)
    response = Response("\n".join(report.as_text(run)) + "\n", mimetype="text/plain")
    response.headers.set("Content-Disposition", "attachment", filename=f"import-{run.public_id}.txt")
    return response


@blueprint.get("/documents/<reference>")
@member
def document(reference: str) -> ResponseReturnValue:
    return downloads.send(access.own_document(actor=session.actor(), reference=reference))


def _import_page(form: Form) -> str:
    return render_template(
        "holder/assets_import.html",
        form=form,
        runs=runs.runs_of(_organisation_id()),
        may_import=allows(IMPORT_ASSETS, session.actor()),
    )
