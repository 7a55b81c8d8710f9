"""What a kind of IP asks of an application: its tasks, formalities, documents, term and classification."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Literal

from marshmallow import Schema

Content = Mapping[str, Any]
Label = Any
Need = Literal["required", "expected", "optional"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing missing or wrong, in words, with the task page that mends it.

    `field` is a path in the task's form (`inventors-0-country`); a problem that is not `blocking` is only pointed out.
    """

    task: str
    field: str
    message: Label
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class Submission:
    """What formalities look at: cleaned content, how many documents each role has, and the day of filing."""

    content: Content
    documents: Mapping[str, int]
    filed_on: date


Formality = Callable[[Submission], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class Task:
    """One page of the wizard. Its schema also serves the API, the command line and imports."""

    name: str
    label: Label
    schema: type[Schema]
    optional: bool = False

    @property
    def made_schema(self) -> Schema:
        """The schema, made once: making one costs more than reading with it."""
        return _made(self.schema)


@cache
def _made(*schemas: type[Schema]) -> Schema:
    return type("AnswersSchema", schemas, {})()  # type: ignore[no-any-return]


def _optional(_content: Content) -> Need:
    return "optional"


@dataclass(frozen=True, slots=True)
class DocumentRole:
    """A place for documents: which media types it takes whether the content makes it necessary,
    and whether the public reads it once the asset is registered."""

    name: str
    label: Label
    hint: Label = ""
    media_types: tuple[str, ...] = ("application/pdf", "image/png", "image/jpeg", "image/tiff")
    need: Callable[[Content], Need] = field(default=_optional)
    public: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of IP. `term` gives the last day of protection from the answers and the filing date, None without one."""

    name: str
    position: int
    label: Label
    description: Label
    tasks: tuple[Task, ...]
    documents: tuple[DocumentRole, ...]
    formalities: tuple[Formality, ...]
    term: Callable[[Content, date], date | None]
    classification: str | None

    @property
    def whole_schema(self) -> Schema:
        """The schemas of all tasks as one; no two tasks ask for the same field."""
        return _made(*(task.schema for task in self.tasks))

    def task(self, name: str) -> Task | None:
        return next((task for task in self.tasks if task.name == name), None)

    def role(self, name: str) -> DocumentRole | None:
        return next((role for role in self.documents if role.name == name), None)
