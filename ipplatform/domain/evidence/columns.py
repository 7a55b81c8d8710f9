"""Columns people see, checked against the manifests that set them. Capabilities above register their own checks.

A check is given a whole batch of records, so that it asks the database once for all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

from ipplatform.domain.evidence.audit.findings import Words


class Item(NamedTuple):
    """A record whose manifest is authentic; the other members are its columns, already held against the manifest."""

    id: int
    public_id: str
    organisation_id: int | None
    asset: str | None
    kind: str
    manifest: dict[str, Any]

    @property
    def fields(self) -> dict[str, Any]:
        found: dict[str, Any] = self.manifest["fields"]
        return found


@dataclass(frozen=True, slots=True)
class ColumnFinding:
    """`item` is the record concerned; `field` names table and column ("asset.title"); `expected` is what follows from it."""

    item: Item
    field: str
    expected: object
    found: object


def unopened(item: Item, field: str) -> ColumnFinding:
    """A sealed column whose bytes say nothing any more: neither what they were nor where they were changed."""
    opens = Words("text sealed with the data key that opens")
    return ColumnFinding(item, field, opens, Words("bytes that do not open (changed, or another key)"))


Check = Callable[[Sequence[Item]], Iterable[ColumnFinding]]
_checks: dict[str, list[Check]] = {}
EVERY_KIND = "*"


def register_check(kind: str, check: Check) -> None:
    """`check(items)` runs for the records of `kind` (EVERY_KIND for all) of a batch and yields what differs."""
    registered = _checks.setdefault(kind, [])
    if check not in registered:
        registered.append(check)


def is_checked(kind: str) -> bool:
    return kind in _checks or EVERY_KIND in _checks


def due(items: Iterable[Item]) -> Iterator[tuple[Check, list[Item]]]:
    """Every registered check with the items of the batch it is for."""
    by_kind: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_kind[item.kind].append(item)
    wanted: dict[Check, list[Item]] = defaultdict(list)
    for kind, alike in by_kind.items():
        for check in (*_checks.get(kind, ()), *_checks.get(EVERY_KIND, ())):
            wanted[check] += alike
    for check, chosen in wanted.items():
        yield check, sorted(chosen, key=attrgetter("id")) if len(by_kind) > 1 else chosen


def differs(item: Item, field: str, expected: object, found: object) -> Iterator[ColumnFinding]:
    if expected != found:
        yield ColumnFinding(item, field, expected, found)
