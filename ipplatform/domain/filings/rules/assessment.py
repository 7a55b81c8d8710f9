"""Reading raw answers with a kind's schemas and formalities: what is there, what is missing, what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError

from ipplatform.domain.filings.definition import DocumentRole, Kind, Need, Problem, Submission, Task
from ipplatform.foundation.i18n import _l
from ipplatform.foundation.wording import translated

DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class Expectation:
    """A document role, whether it is needed for these answers, and how many documents fill it."""

    role: DocumentRole
    need: Need
    present: int

    @property
    def missing(self) -> bool:
        return self.need != "optional" and not self.present


@dataclass(frozen=True, slots=True)
class Assessment:
    """`values` are typed (dates, fractions); `content` is the same ready for JSON, as it stands in a manifest."""

    values: Mapping[str, Any]
    content: dict[str, Any]
    problems: tuple[Problem, ...]
    expectations: tuple[Expectation, ...]

    @property
    def blocking(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.blocking)

    @property
    def complete(self) -> bool:
        return not self.blocking

    def of(self, task: str) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.task == task)

    @property
    def missing(self) -> tuple[Expectation, ...]:
        return tuple(expectation for expectation in self.expectations if expectation.missing)


def assess(*, kind: Kind, raw: Mapping[str, Any], documents: Mapping[str, int], filed_on: date) -> Assessment:
    """Everything that stands between these answers and a submission; never raises for what a person typed."""
    values, content, problems = _read(kind, raw)
    submission = Submission(content=values, documents=documents, filed_on=filed_on)
    untouched = {problem.field.split(".")[0] for problem in problems}
    for formality in kind.formalities:
        problems.extend(problem for problem in formality(submission) if problem.field not in untouched)
    expectations = tuple(Expectation(role, role.need(values), documents.get(role.name, 0)) for role in kind.documents)
    problems.extend(_document_problems(expectations))
    return Assessment(values, content, tuple(problems), expectations)


Reading = tuple[dict[str, Any], dict[str, Any], list[Problem]]


def _read(kind: Kind, raw: Mapping[str, Any]) -> Reading:
    """Values, content and problems. All tasks at once; where that fails, one by one to tell whose each problem is."""
    whole = kind.whole_schema
    try:
        values: dict[str, Any] = whole.load(_answers(whole, raw))
    except ValidationError:
        return _read_by_task(kind, raw)
    return values, whole.dump(values), []


def _read_by_task(kind: Kind, raw: Mapping[str, Any]) -> Reading:
    values: dict[str, Any] = {}
    content: dict[str, Any] = {}
    problems: list[Problem] = []
    for task in kind.tasks:
        found, findings = read_task(task, raw)
        values.update(found)
        problems.extend(findings)
        if not findings:
            content.update(task.made_schema.dump(found))
    return values, content, problems


def read_task(task: Task, raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Values of one task's fields as far as they can be read, and a problem for each message."""
    schema = task.made_schema
    try:
        loaded: dict[str, Any] = schema.load(_answers(schema, raw))
    except ValidationError as error:
        valid = error.valid_data if isinstance(error.valid_data, dict) else {}
        known = {name: value for name, value in valid.items() if name not in error.messages_dict}
        return known, [Problem(task.name, path, message) for path, message in _messages(error.messages_dict)]
    return loaded, []


def started(task: Task, raw: Mapping[str, Any]) -> bool:
    return any(_given(raw.get(name)) for name in task.made_schema.fields)


def unknown_fields(kind: Kind, raw: Mapping[str, Any]) -> list[str]:
    """Names in `raw` that no task of the kind asks for."""
    known = kind.whole_schema.fields
    return [name for name in raw if name not in known]


def _answers(schema: Schema, raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: raw[name] for name in schema.fields if _given(raw.get(name))}


def _given(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value != []


def _messages(found: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(found, Mapping):
        for name, inner in found.items():
            yield from _messages(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(found, list | tuple):
        for inner in found:
            yield from _messages(inner, path)
    else:
        yield path, translated(found)


def _document_problems(expectations: tuple[Expectation, ...]) -> Iterator[Problem]:
    for expectation in expectations:
        if expectation.missing:
            message = (
                _l("Add this document: %(name)s.", name=expectation.role.label)
                if expectation.need == "required"
                else _l("This document is expected: %(name)s.", name=expectation.role.label)
            )
            yield Problem(DOCUMENTS, expectation.role.name, message, blocking=expectation.need == "required")
