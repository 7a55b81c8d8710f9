"""What a search address or API call may say."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load, validate

from ipplatform.domain.marketplace.search.compiling import FILTERS, Filters
from ipplatform.domain.marketplace.search.pages import LARGEST_PAGE, NEWEST, PAGE, RELEVANCE
from ipplatform.foundation.i18n import _l

MOST_VALUES = 30
LONGEST_VALUE = 80
LONGEST_TEXT = 1_000


def _several(description: str) -> fields.List[Any]:
    return fields.List(fields.String(), load_default=list, metadata={"description": description})


class SearchSchema(Schema):
    """Addresses are shared and edited by hand, so unknown names and values are read as well as they can be."""

    class Meta:
        unknown = EXCLUDE

    q = fields.String(
        load_default="",
        metadata={
            "label": _l("Words, number or class"),
            "widget": "search",
            "description": 'Words, "phrases", -minus words and prefixes such as ipc:H01M owner:"Acme" kind:patent',
        },
    )
    ipc = _several("IPC or CPC classes; each includes everything below it")
    kind = _several("Kinds of asset")
    territory = _several("Countries by ISO 3166 code")
    exclusivity = _several("Licences offered")
    price = _several("Price models")
    status = _several("published (default) or closed")
    language = _several("en or zh")
    sort = fields.String(load_default=RELEVANCE, metadata={"description": f"{RELEVANCE} or {NEWEST}"})
    after = fields.String(load_default=None, allow_none=True, metadata={"description": "Cursor of the next page"})
    limit = fields.Integer(
        load_default=PAGE, validate=validate.Range(1, LARGEST_PAGE), metadata={"description": "Hits a page"}
    )

    @post_load
    def as_arguments(self, values: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """What ``pages.search`` takes."""
        chosen = {
            name: tuple(
                value.strip() for value in values[name][:MOST_VALUES] if 0 < len(value.strip()) <= LONGEST_VALUE
            )
            for name in FILTERS
        }
        return {
            "text": values["q"][:LONGEST_TEXT],
            "filters": Filters({name: given for name, given in chosen.items() if given}),
            "sort": values["sort"] if values["sort"] in (RELEVANCE, NEWEST) else RELEVANCE,
            "after": values["after"] or None,
            "limit": values["limit"],
        }
