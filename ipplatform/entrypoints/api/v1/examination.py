"""Examination for the office's own programs."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from ipplatform.domain.accounts.authorization import allows, require
from ipplatform.domain.filings import queries, services
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.filings.permissions import EXAMINE, QUEUE, READ
from ipplatform.domain.filings.rules import lifecycle
from ipplatform.entrypoints.api.blueprint import Blueprint
from ipplatform.entrypoints.api.v1.filing_schemas import (
    FilingPageSchema,
    NewDecisionSchema,
    QueueFilterSchema,
    WholeFilingSchema,
    line,
    whole,
)
from ipplatform.entrypoints.http.access import token
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.ids import parse_id

blueprint = Blueprint("api_examination", __name__, url_prefix="/office", description="The registrar's queue")
BEARER: list[dict[str, list[str]]] = [{"bearer": []}]


@blueprint.route("/queue")
class Queue(MethodView):
    @blueprint.arguments(QueueFilterSchema, location="query")
    @blueprint.response(200, FilingPageSchema)
    @blueprint.doc(security=BEARER)
    @token("office:read")
    def get(self, filters: dict[str, Any]) -> dict[str, Any]:
        """Applications to be examined, oldest first; titles of one's own cases only"""
        require(QUEUE, actor())
        mine = actor().person_id if filters.pop("mine") else None
        page = queries.queue(registrar_id=mine, **filters)
        statuses = queries.shown_statuses(page.items)
        items = [line(one, statuses[one.id], readable=allows(READ, actor(), one)) for one in page.items]
        return {"items": items, "next": page.next_cursor}


@blueprint.route("/filings/<string:filing_id>/take")
class Taking(MethodView):
    @blueprint.response(200, WholeFilingSchema)
    @blueprint.alt_response(404, description="No such case", success=False)
    @blueprint.alt_response(409, description="Somebody else has the case, or it is not yet recorded", success=False)
    @blueprint.doc(security=BEARER)
    @token("office:write")
    def post(self, filing_id: str) -> dict[str, Any]:
        """Take a case"""
        case = _case(filing_id)
        services.take(actor=actor(), filing_id=case.id)
        return whole(case)


@blueprint.route("/filings/<string:filing_id>/decision")
class Decision(MethodView):
    @blueprint.arguments(NewDecisionSchema)
    @blueprint.response(200, WholeFilingSchema)
    @blueprint.alt_response(404, description="No such case", success=False)
    @blueprint.alt_response(409, description="The case is not under examination", success=False)
    @blueprint.doc(security=BEARER)
    @token("office:write")
    def post(self, sent: dict[str, Any], filing_id: str) -> dict[str, Any]:
        """Decide a case: register, deficient or refuse"""
        case = _case(filing_id)
        services.decide(actor=actor(), filing_id=case.id, **sent)
        return whole(case)


def _case(filing_id: str) -> Filing:
    case = queries.filing(parse_id(filing_id) or "")
    if case is None or case.kind != "registration" or case.status == lifecycle.DRAFT:
        raise NotFound
    require(EXAMINE, actor(), case)
    return case
