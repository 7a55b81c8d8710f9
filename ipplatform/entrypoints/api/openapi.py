"""flask-smorest with our error format, so that HTML errors stay HTML and the API answers problem+json."""

from __future__ import annotations

import http
from typing import Any

from flask import current_app, json
from flask_smorest import Api
from flask_smorest.utils import prepare_response
from marshmallow import Schema, fields

from ipplatform.entrypoints.http import reference
from ipplatform.entrypoints.http.access import public
from ipplatform.foundation.i18n import HTML_LANG, current_locale

PROBLEM = "application/problem+json"


def scoped(scope: str, *errors: int) -> dict[str, Any]:
    """For ``blueprint.doc(**scoped("filings:read", 401, 403, 404))``: the token's scope and the errors to expect."""
    responses = {
        str(status): {
            "description": http.HTTPStatus(status).phrase,
            "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in errors
    }
    return {"security": [{"bearer": []}], "x-scope": scope, "responses": responses}


class ProblemSchema(Schema):
    """RFC 9457."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "Stable name of the error, for programs"})
    detail = fields.String(required=True)
    request_id = fields.String(allow_none=True)
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "Messages by the path of the field"},
    )
    context = fields.Dict(metadata={"description": "Facts about the refusal, such as the overlap of a grant"})


class ProblemApi(Api):
    ERROR_SCHEMA = ProblemSchema

    def __init__(self) -> None:
        super().__init__(
            spec_kwargs={
                "info": {"description": "Register, search, license and audit intellectual property."},
                "components": {
                    "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
                },
            }
        )

    def _register_error_handlers(self) -> None:
        """Errors are made in entrypoints/http/errors.py alone."""

    def _register_responses(self) -> None:
        for status in http.HTTPStatus:
            self._lazy_response(status.name, status.phrase, 100 <= status < 200 or status in (204, 304))
        self._lazy_response("DEFAULT_ERROR", "Any other error", False)

    def _lazy_response(self, name: str, description: str, empty: bool) -> None:
        response: dict[str, Any] = {"description": description}
        if not empty:
            response["schema"] = self.ERROR_SCHEMA
        prepare_response(response, self.spec, PROBLEM)
        self.spec.components.response(name, response, lazy=True)

    def _openapi_json(self) -> Any:
        text = json.dumps(reference.document(self), ensure_ascii=False, indent=2, sort_keys=False)
        spoken = {"Content-Language": HTML_LANG[current_locale()]}
        return current_app.response_class(text, mimetype="application/json", headers=spoken)

    _openapi_json = public(_openapi_json)
