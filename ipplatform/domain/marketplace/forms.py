"""From a stored listing or need back to what its form shows."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema

from ipplatform.domain.marketplace.inputs import territory_choices
from ipplatform.domain.marketplace.models import Listing, Need

STORED_AS = {"fields_of_use": "fields"}


def form_values(schema: Schema, row: Listing | Need) -> dict[str, Any]:
    """Field -> text, or list of texts; countries without a box of their own go to ``other_territories``."""
    boxes = {code for code, _label in territory_choices()}
    values = {name: _plain(getattr(row, STORED_AS.get(name, name), None)) for name in schema.fields}
    values["territories"] = [code for code in row.territories if code in boxes]
    values["other_territories"] = " ".join(code for code in row.territories if code not in boxes)
    return values


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, list):
        return [str(one) for one in value]
    return str(value)
