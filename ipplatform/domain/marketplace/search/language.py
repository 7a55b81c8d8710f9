"""The query language: words, "quoted phrases", -minus words, field prefixes (``ipc:H01M owner:"Acme"``), classes
(``H01M 10/0525``), numbers.

Reading never fails: what makes no sense as syntax is searched as words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ipplatform.domain.marketplace.search import analysis

FIELDS = ("ipc", "owner", "kind", "territory", "exclusivity", "price", "status", "number", "title", "language")
LONGEST = 1_000
MOST_PARTS = 60
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "「": '"', "」": '"', "：": ":", "－": "-"})
_IPC_SPACED = re.compile(r"(?<![\w\"])((?:ipc:)?[a-h]\d\d[a-z])\s+(\d{1,4}/\d{2,6})\b", re.IGNORECASE)
_IPC = re.compile(r"[a-h]\d\d[a-z](?:_?\d{1,4}/\d{2,6})?", re.IGNORECASE)
_PART = re.compile(r'(?P<minus>-)?(?:(?P<field>[A-Za-z]{2,12}):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_NUMBER = re.compile(r"[a-z]{0,4}\d{5,}[a-z0-9]{0,4}")
_PUBLIC_ID = re.compile(r"[0-9a-hjkmnp-tv-z]{16}")


@dataclass(frozen=True, slots=True)
class Clause:
    """``kind`` is word, phrase or field; ``name`` is the field's; ``terms`` are index terms in order."""

    kind: str
    text: str
    terms: tuple[str, ...] = ()
    name: str = ""
    negative: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """``number`` is the compact form when the whole text looks like an office's or the platform's number."""

    text: str
    clauses: tuple[Clause, ...] = ()
    number: str | None = None

    @property
    def units(self) -> tuple[str, ...]:
        """The terms of the plain words that a hit is expected to hold; stop words only when there is nothing else."""
        found = dict.fromkeys(
            term for clause in self.clauses if clause.kind == "word" and not clause.negative for term in clause.terms
        )
        telling = tuple(term for term in found if term not in _STOPPED)
        return telling or tuple(found)

    @property
    def marked(self) -> frozenset[str]:
        """Terms to highlight."""
        positive = (clause for clause in self.clauses if not clause.negative and clause.name in ("", "title"))
        return frozenset(term for clause in positive for term in clause.terms if term not in _STOPPED)

    @property
    def asks(self) -> bool:
        return bool(self.clauses)


_STOPPED = frozenset(analysis.stem(word) for word in analysis.STOP_WORDS) | analysis.STOP_WORDS


def read(text: str) -> Query:
    """What ``text`` asks for; at most 1,000 characters and 60 parts of it are read."""
    readable = text[:LONGEST].encode("utf-8", "replace").decode()
    plain = readable.replace("\x00", " ").translate(_QUOTES).strip()
    joined = _IPC_SPACED.sub(r"\1_\2", plain)
    parts = list(_PART.finditer(joined))[:MOST_PARTS]
    clauses = tuple(clause for part in parts if (clause := _clause(part)) is not None)
    return Query(plain, clauses, compact_number(plain))


def compact_number(text: str) -> str | None:
    """``US 7,640,640 B2`` -> ``us7640640b2``; None when ``text`` has no form of a number."""
    squeezed = re.sub(r"[\s,./·-]+", "", analysis.fold(text)).removeprefix("number:").strip('"')
    if _NUMBER.fullmatch(squeezed) or (_PUBLIC_ID.fullmatch(squeezed) and any(one.isdigit() for one in squeezed)):
        return squeezed
    return None


def _clause(part: re.Match[str]) -> Clause | None:
    negative = part["minus"] is not None
    quoted = part["phrase"] is not None
    value = part["phrase"] if quoted else part["word"]
    name = (part["field"] or "").lower()
    if not quoted and not name and _IPC.fullmatch(value):
        name = "ipc"
    if name in FIELDS:
        return _field_clause(name, value.replace("_", " "), quoted, negative)
    if name:
        value = f"{part['field']} {value}"
    found = tuple(analysis.terms(value) if quoted else analysis.units(value))
    if not found:
        return None
    return Clause("phrase" if quoted and len(found) > 1 else "word", value, found, negative=negative)


def _field_clause(name: str, value: str, quoted: bool, negative: bool) -> Clause | None:
    value = value.strip()
    if not value:
        return None
    found = tuple(analysis.terms(value) if quoted else analysis.units(value))
    return Clause("field", value, found, name, negative)
