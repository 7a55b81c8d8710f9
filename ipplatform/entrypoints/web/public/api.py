"""The API's reference as a page, made from the same OpenAPI document that programs read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from marshmallow.fields import Field

from ipplatform.domain.accounts.schemas import SCOPE_LABELS
from ipplatform.domain.filings import kinds
from ipplatform.entrypoints.http import reference
from ipplatform.entrypoints.http.access import public
from ipplatform.entrypoints.web.public.api_examples import PATENT
from ipplatform.entrypoints.web.public.api_problems import MEANINGS

blueprint = Blueprint("api_reference", __name__)
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Answer:
    """A member of the ``fields`` of an application; ``inner`` are the members of each object in a list."""

    name: str
    label: Any
    hint: Any
    required: bool
    inner: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, with references resolved one level for reading."""

    method: str
    path: str
    summary: str
    description: str
    scope: str | None
    parameters: list[dict[str, Any]]
    body: list[dict[str, Any]]
    responses: list[tuple[str, str]]

    @property
    def anchor(self) -> str:
        return f"{self.method}-{self.path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}"


@blueprint.get("/api")
@public
def show() -> ResponseReturnValue:
    api = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    return render_template(
        "public/api.html",
        groups=_groups(reference.document(api)),
        scopes=SCOPE_LABELS,
        problems=MEANINGS,
        example=PATENT,
        kinds=_kinds(),
    )


def _kinds() -> list[tuple[str, Any, list[Answer]]]:
    """Name, label and fields of each kind of application, in the order of its forms."""
    return [
        (kind.name, kind.label, [_answer(name, field) for name, field in kind.whole_schema.fields.items()])
        for kind in kinds.registry().values()
    ]


def _answer(name: str, field: Field[Any]) -> Answer:
    nested = getattr(getattr(field, "inner", None), "schema", None)
    return Answer(
        name=name,
        label=field.metadata.get("label", ""),
        hint=field.metadata.get("hint", ""),
        required=field.required,
        inner=tuple(nested.fields) if nested else (),
    )


def _groups(whole: dict[str, Any]) -> dict[str, list[Operation]]:
    """Operations by what their tag is for, in the order they were registered."""
    named = {tag["name"]: tag.get("description") or tag["name"] for tag in whole.get("tags", ())}
    groups: dict[str, list[Operation]] = {}
    for path, item in whole["paths"].items():
        for method in METHODS:
            if method in item:
                tag = (item[method].get("tags") or ["api"])[0]
                groups.setdefault(named.get(tag, tag), []).append(_operation(whole, path, method, item))
    return groups


def _operation(whole: dict[str, Any], path: str, method: str, item: dict[str, Any]) -> Operation:
    told = item[method]
    parameters = [_resolve(whole, one) for one in [*item.get("parameters", []), *told.get("parameters", [])]]
    return Operation(
        method=method.upper(),
        path=path,
        summary=told.get("summary", ""),
        description=told.get("description", ""),
        scope=told.get("x-scope"),
        parameters=[one for one in parameters if one.get("in") != "header" or one["name"] == "Idempotency-Key"],
        body=list(_body(whole, told)),
        responses=[(status, _resolve(whole, one).get("description", "")) for status, one in told["responses"].items()],
    )


def _resolve(whole: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        found: Any = whole
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def _body(whole: dict[str, Any], operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The fields of a JSON body: name, type, whether required, description."""
    content = operation.get("requestBody", {}).get("content", {})
    schema = _resolve(whole, content.get("application/json", {}).get("schema", {}))
    required = set(schema.get("required", ()))
    for name, part in schema.get("properties", {}).items():
        told = _resolve(whole, part)
        kinds = told.get("type", "object")
        kind = " | ".join(kinds) if isinstance(kinds, list) else kinds
        choices = ", ".join(str(one) for one in told.get("enum", ())[:12] if one is not None)
        yield {
            "name": name,
            "kind": kind,
            "required": name in required,
            "description": part.get("description") or told.get("description") or choices,
        }
