"""The first page after signing in: what needs doing, and what to do when nothing does."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.assets import queries as assets
from ipplatform.domain.filings import kinds, queries
from ipplatform.domain.filings.permissions import DRAFT
from ipplatform.entrypoints.http.access import signed_in
from ipplatform.entrypoints.http.session import actor
from ipplatform.entrypoints.web.holder import home_sections

blueprint = Blueprint("holder_home", __name__)

# Where people of the office, who act for no organisation, begin their day.
DESKS = (("registrar", "queue.index"), ("auditor", "audit.index"), ("administrator", "admin_people.index"))


@blueprint.get("/home")
@signed_in
def show() -> ResponseReturnValue:
    organisation_id = actor().organisation_id
    if organisation_id is None:
        desk = next((page for role, page in DESKS if role in actor().office), "organisation.new")
        return redirect(url_for(desk), 303)
    to_do = queries.to_do(organisation_id)
    return render_template(
        "holder/home.html",
        to_do=to_do,
        statuses=queries.shown_statuses([*to_do.deficient.items, *to_do.running.items]),
        counts=assets.counts_of(organisation_id),
        kinds=kinds.registry(),
        sections=home_sections.sections(actor()),
        may_draft=allows(DRAFT, actor()),
    )
