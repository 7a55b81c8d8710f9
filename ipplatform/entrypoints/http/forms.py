"""A marshmallow schema as an HTML form: what was typed is kept as typed, errors stand at their fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from ipplatform.foundation.db import db
from ipplatform.foundation.errors import Invalid
from ipplatform.foundation.wording import translated


@dataclass
class Form:
    """What the macros in templates/macros/forms.html render. ``data`` is raw: strings, or lists of strings."""

    schema: Schema
    data: Mapping[str, Any] = field(default_factory=dict)
    errors: dict[str, list[Any]] = field(default_factory=dict)

    def field(self, name: str) -> fields.Field[Any]:
        return self.schema.fields[name]

    def value(self, name: str) -> Any:
        value = self.data.get(name)
        return "" if value is None else value

    def errors_at(self, name: str) -> list[Any]:
        """Messages on ``name`` and on anything inside it (``acts`` and ``acts.0``)."""
        return [message for key, found in self.errors.items() if key.split(".")[0] == name for message in found]

    @property
    def loose_errors(self) -> list[Any]:
        """Messages that belong to no field shown."""
        return [
            message
            for key, found in self.errors.items()
            if key.split(".")[0] not in self.schema.fields
            for message in found
        ]


def submitted(schema: Schema) -> dict[str, Any]:
    """The posted form as the schema expects it: a list for list fields, an empty string as absent."""
    return from_multidict(schema, request.form)


def from_multidict(schema: Schema, form: MultiDict[str, str]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name, definition in schema.fields.items():
        if isinstance(definition, fields.List):
            data[name] = [value for value in form.getlist(name) if value.strip()]
        elif name in form and form[name].strip():
            data[name] = form[name]
        elif isinstance(definition, fields.Boolean):
            data[name] = False
    return data


def load(schema: Schema, data: Mapping[str, Any] | None = None) -> tuple[dict[str, Any] | None, Form]:
    """Validate the posted form: ``(values, form)``, with values None and the form's errors filled when it fails."""
    raw = submitted(schema) if data is None else dict(data)
    form = Form(schema, raw)
    try:
        values: dict[str, Any] = schema.load(raw)
    except ValidationError as error:
        form.errors = flatten(error.messages)
        return None, form
    return values, form


def errors_of(error: Invalid | ValidationError) -> dict[str, list[Any]]:
    """A service's refusal as form errors, for ``form.errors``; whatever it had begun to write is undone."""
    db.session.rollback()
    return error.fields if isinstance(error, Invalid) else flatten(error.messages)


def flatten(messages: Any, prefix: str = "") -> dict[str, list[Any]]:
    """marshmallow's nested messages as ``{"owners.0.name": [message, …]}``, its own words in the reader's language."""
    if isinstance(messages, dict):
        found: dict[str, list[Any]] = {}
        for key, inner in messages.items():
            found |= flatten(inner, f"{prefix}.{key}" if prefix else str(key))
        return found
    found_here = messages if isinstance(messages, list) else [messages]
    return {prefix or "_schema": [translated(message) for message in found_here]}
