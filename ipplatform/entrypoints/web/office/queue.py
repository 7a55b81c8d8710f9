"""The registrar's queue: applications to be examined, oldest first."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.filings import kinds, queries
from ipplatform.domain.filings.permissions import READ
from ipplatform.domain.filings.rules import lifecycle
from ipplatform.entrypoints.http.access import office
from ipplatform.entrypoints.http.session import actor

blueprint = Blueprint("queue", __name__, url_prefix="/office/queue")
FILTERS = tuple(status for status in lifecycle.STATUSES if status != lifecycle.DRAFT)


@blueprint.get("")
@office("registrar")
def index() -> ResponseReturnValue:
    status, kind, mine = request.args.get("status"), request.args.get("kind"), "mine" in request.args
    page = queries.queue(
        status=status if status in FILTERS else None,
        asset_kind=kind if kinds.get(kind or "") else None,
        registrar_id=actor().person_id if mine else None,
        after=request.args.get("after"),
    )
    registrars = {case.registrar_id for case in page.items if case.registrar_id is not None}
    return render_template(
        "office/queue.html",
        page=page,
        statuses=queries.shown_statuses(page.items),
        counts=queries.queue_counts(),
        kinds=kinds.registry(),
        filters=FILTERS,
        registrars=accounts.person_names(sorted(registrars)),
        readable={case.id for case in page.items if allows(READ, actor(), case)},
    )
