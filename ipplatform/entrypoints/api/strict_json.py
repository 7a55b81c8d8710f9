"""Bodies of requests as RFC 8259 and RFC 7493 mean them: one meaning each, and no deeper than anybody needs."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

import flask
from marshmallow import Schema, ValidationError
from webargs import core
from webargs.flaskparser import FlaskParser, is_json_request


class StrictParser(FlaskParser):
    """Refuses duplicate names, NaN and infinities, and nesting or numbers that exhaust the parser, as invalid JSON (400)."""

    def parse_with(self, schema: Schema, request: flask.Request, location: str) -> Any:
        """As ``parse``, with a schema that is made and nothing else to be looked up."""
        try:
            sent = self._load_location_data(schema=schema, req=request, location=location)
            unknown: Any = self.DEFAULT_UNKNOWN_BY_LOCATION.get(location)
            return schema.load({} if sent is core.missing else sent, unknown=unknown)
        except ValidationError as error:
            self._on_validation_error(error, request, schema, location, error_status_code=None, error_headers=None)

    def _raw_load_json(self, req: flask.Request) -> Any:
        if not is_json_request(req):
            return core.missing
        text = req.get_data(cache=True).decode("utf-8")
        try:
            return json.loads(text, object_pairs_hook=_once, parse_float=_finite, parse_constant=_refuse)
        except json.JSONDecodeError:
            raise
        except (RecursionError, ValueError) as error:
            # Nested too deeply, or a number of more digits than Python reads.
            raise json.JSONDecodeError("beyond what is read", text[:100], 0) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise json.JSONDecodeError("a name stands twice in one object", "", 0)
    return found


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _refuse(text[:100])


def _refuse(constant: str) -> NoReturn:
    raise json.JSONDecodeError(f"{constant} is not a JSON value", "", 0)
