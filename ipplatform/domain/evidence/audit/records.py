"""Checks records a batch at a time: content, commitment, leaf, columns, place and documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

from ipplatform.domain.evidence import columns
from ipplatform.domain.evidence.audit import differences, documents, marks, rows
from ipplatform.domain.evidence.audit.fast import Reader
from ipplatform.domain.evidence.audit.findings import Finding, Part, Words, difference
from ipplatform.domain.evidence.audit.marks import Marks, Standing
from ipplatform.domain.evidence.columns import Check, ColumnFinding, Item
from ipplatform.foundation import secretbox

CHUNK = 4000
CHUNK_BYTES = 64 * 2**20
UNREADABLE = (secretbox.Damaged, DBAPIError, ValueError, TypeError, KeyError, AttributeError)


@dataclass(slots=True)
class Examined:
    """A record as far as it was examined; `failed` names the marks it lost, `item` is None without a manifest."""

    id: int
    name: str
    index: int | None
    item: Item | None
    erased: bool = False
    documents: bool = False
    failed: set[str] = field(default_factory=set)


def step(cursor: int, standing: Standing) -> Part:
    """The next records after the id `cursor`: up to 4,000, or 64 MiB of documents."""
    last = rows.last_after(cursor, CHUNK)
    part, kept = Part(cursor), rows.documents(cursor + 1, last)
    reader, examined, read = Reader(), [], 0
    for raw in rows.after(cursor, CHUNK):
        one, size = examine(reader, raw, kept.get(raw[0], {}), part.findings)
        examined.append(one)
        part.cursor, read = one.id, read + size
        if read > CHUNK_BYTES:
            break
    part.checked = len(examined)
    part.ended = part.cursor == last and part.checked < CHUNK
    conclude(examined, standing, part)
    return part


def examine(reader: Reader, raw: rows.Raw, kept: dict[int, Any], findings: list[Finding]) -> tuple[Examined, int]:
    """The record without the columns of other tables, and how many bytes of documents were read."""
    manifest = reader.content(raw, [kept[place] for place in sorted(kept)] if kept else ())
    if manifest is None:
        one = _differing(raw, kept, findings)
    else:
        name = manifest["filing"]
        one = Examined(raw[0], name, raw[11], Item(raw[0], name, raw[2], manifest["asset"], manifest["kind"], manifest))
    documented = one.item.manifest["documents"] if one.item else ()
    return one, _documents(one, documented, kept, findings) if documented else 0


def _differing(raw: rows.Raw, kept: dict[int, Any], findings: list[Finding]) -> Examined:
    """A record that is not plainly whole, with everything that is wrong with it."""
    row = rows.named(raw)
    one = Examined(row["id"], row["public_id"], row["leaf_index"], None, differences.is_erased(row))
    _note(one, differences.content(row, kept), findings)
    manifest = differences.manifest_of(row)
    if manifest is not None:
        one.item = Item(one.id, one.name, row["organisation_id"], row["asset"], row["kind"], manifest)
    return one


def conclude(examined: Sequence[Examined], standing: Standing, part: Part) -> None:
    """Columns of other tables for the whole batch, and every record's marks."""
    by_id = {one.id: one for one in examined}
    for finding in _columns([one.item for one in examined if one.item]):
        by_id[finding.item.id].failed.add(marks.COLUMNS)
        named = difference(finding.item.public_id, finding.field, finding.expected, finding.found)
        part.findings.append(named)
    marked = _Marked(standing, [one.index for one in examined if isinstance(one.index, int)])
    for one in examined:
        part.marks.setdefault(marked(one), []).append(one.id)


def _note(one: Examined, found: Iterable[differences.Difference], findings: list[Finding]) -> None:
    for mark, name, expected, held in found:
        one.failed.add(mark)
        findings.append(difference(one.name, name, expected, held))


def _documents(one: Examined, listed: list[Any], kept: dict[int, Any], findings: list[Finding]) -> int:
    size = 0
    for position, document in enumerate(listed):
        size += document["size"]
        one.documents = one.documents or kept.get(position) is not None
        _note(one, documents.check(position, document, kept), findings)
    return size


def _columns(items: list[Item]) -> Iterator[ColumnFinding]:
    for check, wanted in columns.due(items):
        try:
            yield from list(check(wanted))
        except UNREADABLE:
            for item in wanted:
                yield from _alone(check, item)


def _alone(check: Check, item: Item) -> Iterator[ColumnFinding]:
    """A batch that cannot be read is checked record by record, to name the one that is damaged."""
    try:
        yield from list(check([item]))
    except UNREADABLE as error:
        yield _unread(check, item, error)


def _unread(check: Check, item: Item, error: Exception) -> ColumnFinding:
    column = error.column if isinstance(error, secretbox.Damaged) else None
    if column is not None:
        return columns.unopened(item, column)
    # Its text may quote a value, which a log must not.
    structlog.get_logger().warning(
        "columns not readable", record=item.public_id, check=check.__name__, error=type(error).__name__
    )
    expected, found = Words("readable values"), Words("values that cannot be read")
    return ColumnFinding(item, "columns of the register", expected, found)


class _Marked:
    """The marks of records of a batch; found once for all that are alike, where the log says the same of them all."""

    def __init__(self, standing: Standing, indexes: Sequence[int]) -> None:
        self._standing = standing
        self._alike = bool(indexes) and standing.uniform(min(indexes), max(indexes) + 1)
        self._known: dict[tuple[object, ...], Marks] = {}

    def __call__(self, one: Examined) -> Marks:
        if one.failed or not self._alike or not isinstance(one.index, int):
            return _marks(one, self._standing)
        like = (one.documents, one.erased, one.item and one.item.kind)
        if like not in self._known:
            self._known[like] = _marks(one, self._standing)
        return self._known[like]


def _marks(one: Examined, standing: Standing) -> Marks:
    index = one.index if isinstance(one.index, int) else None
    known = {
        marks.DIGEST: True if one.documents else None,
        marks.COMMITMENT: None if one.erased else True,
        marks.COLUMNS: True if one.item is not None and columns.is_checked(one.item.kind) else None,
    }
    return tuple(
        False if name in one.failed else known[name] if name in known else standing.mark(name, index)
        for name in marks.MARKS
    )
