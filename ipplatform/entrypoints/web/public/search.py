"""Public search of what is on offer: an address for every question, pages by cursor, and completions while typing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.assets import titles
from ipplatform.domain.assets.numbers import display
from ipplatform.domain.assets.rules import KIND_LABELS
from ipplatform.domain.marketplace import labels
from ipplatform.domain.marketplace.permissions import EDIT_LISTING, EDIT_NEED
from ipplatform.domain.marketplace.search import folder, pages, vocabulary
from ipplatform.domain.marketplace.search.compiling import FILTERS
from ipplatform.domain.marketplace.search.schemas import LONGEST_TEXT, SearchSchema
from ipplatform.entrypoints.http import session
from ipplatform.entrypoints.http.access import public
from ipplatform.entrypoints.http.forms import from_multidict
from ipplatform.foundation.i18n import _, _l

blueprint = Blueprint("search", __name__)
FACET_TITLES = {
    "kind": _l("Kind of right"),
    "exclusivity": _l("Licence"),
    "price": _l("Price"),
    "territory": _l("Country"),
    "group": _l("Class, more closely"),
    "subclass": _l("Class"),
    "language": _l("Language"),
    "status": _l("Status"),
}


@blueprint.get("/search")
@public
def index() -> ResponseReturnValue:
    wanted = arguments()
    results = pages.search(**wanted)
    visitor = session.actor()
    return render_template(
        "public/search.html",
        results=results,
        text=wanted["text"],
        sort=wanted["sort"],
        facets=_facets(results, wanted["filters"].chosen),
        chosen=_chosen(wanted["filters"].chosen),
        feed=url_for("feed.atom", **shared_address()),
        labels=labels,
        may_state_need=not visitor.signed_in or allows(EDIT_NEED, visitor),
        may_offer=not visitor.signed_in or allows(EDIT_LISTING, visitor),
        kind_labels=KIND_LABELS,
        display_number=display,
    )


@blueprint.get("/search/suggest")
@public
def suggest() -> ResponseReturnValue:
    opened = folder.current()
    text = request.args.get("q", "")[:LONGEST_TEXT].replace("\x00", "")
    return jsonify(vocabulary.completions(opened.engine, text) if opened is not None and text else [])


def arguments() -> dict[str, Any]:
    """The address's question; a page size that is none of ours is forgotten."""
    schema = SearchSchema()
    raw = from_multidict(schema, request.args)
    try:
        values: dict[str, Any] = schema.load(raw)
    except ValidationError:
        values = schema.load({name: value for name, value in raw.items() if name != "limit"})
    return values


def shared_address(**changed: Any) -> dict[str, Any]:
    """The question without the place in it, for feeds and links."""
    kept: MultiDict[str, str] = request.args
    values: dict[str, Any] = {name: kept.getlist(name) for name in ("q", "sort", *FILTERS) if kept.getlist(name)}
    values.update(changed)
    return {name: value for name, value in values.items() if value}


def _facets(results: pages.Results, chosen: Any) -> list[dict[str, Any]]:
    """Facets with something to choose, in their order; classes carry their titles."""
    codes = [("ipc", code) for name in ("subclass", "group") for code, _count in results.facets.get(name, [])]
    named = {item.code: item.title for item in titles.titles_of(codes)} if codes else {}
    found = []
    for name, title in FACET_TITLES.items():
        field = pages.FACET_FILTER.get(name, name)
        picked = chosen.get(field, ())
        options = [
            (value, _class_label(named, value) if field == "ipc" else labels.facet_value(name, value), count)
            for value, count in results.facets.get(name, [])
        ]
        if options and (len(options) > 1 or picked):
            found.append({"title": title, "field": field, "options": options, "chosen": picked})
    return found


def _class_label(named: dict[str, str], code: str) -> str:
    return f"{code} {named[code][:60]}" if named.get(code) else code


def _chosen(chosen: Any) -> list[dict[str, str]]:
    """Each filter in force with the address without it."""
    found = []
    for name, values in chosen.items():
        for value in values:
            rest = [other for other in values if other != value]
            label = value if name == "ipc" else labels.facet_value(name, value)
            address = url_for("search.index", **shared_address(**{name: rest}))
            found.append({"label": label, "remove": address, "hint": _("Remove the filter %(name)s", name=label)})
    return found
