"""Search of what is on offer."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from ipplatform.domain.marketplace.search import pages
from ipplatform.domain.marketplace.search.schemas import SearchSchema
from ipplatform.entrypoints.api.blueprint import Blueprint
from ipplatform.entrypoints.api.v1.market_schemas import SearchResultsSchema, hit
from ipplatform.entrypoints.http.access import token

blueprint = Blueprint("api_search", __name__, description="Search of what is on offer")


@blueprint.route("/search")
class Search(MethodView):
    @blueprint.arguments(SearchSchema, location="query")
    @blueprint.response(200, SearchResultsSchema)
    @blueprint.doc(security=[{"bearer": []}])
    @token("market:read")
    def get(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Listings that answer a question, with counts to narrow it"""
        results = pages.search(**wanted)
        facets = {
            name: [{"value": value, "count": count} for value, count in values]
            for name, values in results.facets.items()
        }
        return {
            "total": results.total,
            "hits": [hit(one.listing, str(one.snippet), one.score) for one in results.hits],
            "facets": facets,
            "relaxed": results.relaxed,
            "suggestion": results.suggestion,
            "next": results.next_cursor,
        }
