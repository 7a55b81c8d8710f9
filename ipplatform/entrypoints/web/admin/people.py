"""The office's people and their roles, for the office's administrator."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ipplatform.domain.accounts import queries, services
from ipplatform.domain.accounts.actor import OFFICE_ROLES
from ipplatform.domain.accounts.models import Person
from ipplatform.entrypoints.http import session
from ipplatform.entrypoints.http.access import office
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.i18n import _, _l

blueprint = Blueprint("admin_people", __name__, url_prefix="/admin")
ROLE_LABELS = {
    "registrar": _l("Registrar: examines and decides"),
    "auditor": _l("Auditor: reads and verifies everything"),
    "administrator": _l("Administrator: people and settings"),
}


@blueprint.get("")
@office("administrator")
def desk() -> ResponseReturnValue:
    return redirect(url_for(".index"), 303)


@blueprint.get("/people")
@office("administrator")
def index() -> ResponseReturnValue:
    return render_template(
        "admin/people.html", people=queries.office_people(), role_labels=ROLE_LABELS, wanted=request.args.get("email")
    )


@blueprint.post("/people")
@office("administrator")
def change() -> ResponseReturnValue:
    person = queries.person_by_email(request.form.get("email", ""))
    if person is None:
        flash(_("Nobody has an account with this address."), "warning")
        return redirect(url_for("admin_people.index"), 303)
    services.set_office_roles(
        actor=session.actor(),
        person=person,
        roles=[role for role in request.form.getlist("roles") if role in OFFICE_ROLES],
    )
    flash(_("Roles of %(name)s saved.", name=person.name), "success")
    return redirect(url_for("admin_people.index"), 303)


@blueprint.get("/people/<public_id>")
@office("administrator")
def show(public_id: str) -> ResponseReturnValue:
    person = db.session.scalars(select(Person).where(Person.public_id == public_id)).one_or_none()
    if person is None:
        raise NotFound
    held = [role.role for role in person.office_roles]
    return render_template("admin/person.html", person=person, held=held, role_labels=ROLE_LABELS)
