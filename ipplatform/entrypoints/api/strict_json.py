"""Bodies of requests as RFC 8259 and RFC 7493 mean them: one meaning each, and no deeper than anybody needs."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import flask
from flask_smorest import Blueprint
from webargs import core
from webargs.flaskparser import FlaskParser, is_json_request


class StrictParser(FlaskParser):
    """Refuses duplicate names, NaN and infinities, and nesting that exhausts the parser, as invalid JSON (400)."""

    def _raw_load_json(self, req: flask.Request) -> Any:
        if not is_json_request(req):
            return core.missing
        text = req.get_data(cache=True).decode("utf-8")
        try:
            return json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
        except RecursionError as error:
            raise json.JSONDecodeError("nested too deeply", text[:100], 0) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise json.JSONDecodeError("a name stands twice in one object", "", 0)
    return found


def _refuse(constant: str) -> NoReturn:
    raise json.JSONDecodeError(f"{constant} is not a JSON value", "", 0)


def use() -> None:
    """Parse the arguments of every API view strictly; before their modules are imported."""
    Blueprint.ARGUMENTS_PARSER = StrictParser()
