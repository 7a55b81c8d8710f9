"""What classes are called: titles from an office's own list, and reading such lists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select, tuple_

from ipplatform.domain.assets import classification, scheme_titles
from ipplatform.domain.assets.models import ClassificationTitle
from ipplatform.foundation.db import db, insert_into
from ipplatform.foundation.i18n import current_locale

SCHEMES = ("ipc", "cpc", "locarno", "nice", "vienna")
ROWS_AT_ONCE = 1_000
# Titles point to other places in the scheme in brackets; without those they read as titles.
_REFERENCE = re.compile(r"\s*[({][^(){}]*[A-HY]\d{2}[A-Z]?[^(){}]*[)}]")


@dataclass(frozen=True, slots=True)
class ClassTitle:
    """A code and the titles along its path, general first; codes without a known title are left out of the path."""

    scheme: str
    code: str
    path: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        """The most particular title known, or empty."""
        return self.path[-1][1] if self.path else ""


def titles_of(codes: Sequence[tuple[str, str]]) -> list[ClassTitle]:
    """The (scheme, code) pairs with their titles in the reader's language, else in English; one statement."""
    wanted = {(scheme, code): _path(scheme, code) for scheme, code in codes}
    stored = _stored({step for path in wanted.values() for step in path})
    return [ClassTitle(scheme, code, tuple(_titled(scheme, path, stored))) for (scheme, code), path in wanted.items()]


def read_list(lines: Iterable[str], scheme: str) -> Iterator[tuple[str, str]]:
    """(code, title) from an office's list: lines of code, tab, (level, tab,) title; lines without a code are passed by.

    Codes are normalised; a line whose code is none of ``scheme`` is passed by too.
    """
    for line in lines:
        code, *rest = line.rstrip("\r\n").lstrip("\ufeff").split("\t")
        title = clean_title(rest[-1]) if rest else ""
        try:
            yield classification.normalise(scheme, code), title
        except ValueError:
            continue


def read_nice(text: str) -> Iterator[tuple[str, str]]:
    """(class, heading) from a JSON list of objects with ``number`` and ``heading``. Raises ValueError."""
    found = json.loads(text)
    if not isinstance(found, list):
        raise ValueError("not a list of classes")
    for item in found:
        yield str(int(item["number"])), clean_title(str(item["heading"]))


def clean_title(text: str) -> str:
    """A title without references to other classes and editors' braces; shouted ones are spoken."""
    title, before = text, None
    while title != before:
        before, title = title, _REFERENCE.sub("", title)
    title = " ".join(title.replace("{", "").replace("}", "").split()).strip(" ;,")
    return title.capitalize() if title.isupper() else title


def store(titles: Iterable[tuple[str, str]], *, scheme: str, language: str) -> int:
    """Enter titles, replacing earlier ones of the same codes; how many."""
    rows = ({"scheme": scheme, "code": code, "language": language, "title": title} for code, title in titles if title)
    total = 0
    while chunk := list({row["code"]: row for row in islice(rows, ROWS_AT_ONCE)}.values()):
        total += len(chunk)
        _upsert(chunk)
    return total


def _upsert(rows: list[dict[str, str]]) -> None:
    statement = insert_into(ClassificationTitle).values(rows)
    keys = ["scheme", "code", "language"]
    db.session.execute(statement.on_conflict_do_update(index_elements=keys, set_={"title": statement.excluded.title}))


def _path(scheme: str, code: str) -> list[tuple[str, str]]:
    """Where a code's titles may be found; IPC symbols are CPC symbols too, and CPC's list is the finer one."""
    schemes = {"ipc": ("ipc", "cpc"), "cpc": ("cpc", "ipc")}.get(scheme, (scheme,))
    hierarchical = scheme in ("ipc", "cpc", "locarno")
    steps = classification.ancestors(code) if hierarchical else (code,)
    return [(one, step) for step in steps for one in schemes]


def _stored(steps: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    if not steps:
        return {}
    languages = dict.fromkeys(("en", current_locale()))
    found = select(
        ClassificationTitle.scheme, ClassificationTitle.code, ClassificationTitle.language, ClassificationTitle.title
    ).where(
        tuple_(ClassificationTitle.scheme, ClassificationTitle.code).in_(steps),
        ClassificationTitle.language.in_(list(languages)),
    )
    rows = sorted(db.session.execute(found), key=lambda row: list(languages).index(row.language))
    return {(row.scheme, row.code): row.title for row in rows}


def _titled(scheme: str, path: list[tuple[str, str]], stored: dict[tuple[str, str], str]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for one, code in path:
        title = scheme_titles.known(scheme, code) or stored.get((one, code))
        if title is not None and code not in seen:
            seen.add(code)
            yield code, str(title)
