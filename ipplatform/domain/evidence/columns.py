"""Columns people see, checked against the manifests that set them. Capabilities above register their own checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ipplatform.domain.evidence.models import Record


@dataclass(frozen=True)
class ColumnFinding:
    """`field` names table and column, as in "asset.title"; `expected` is what the manifest says."""

    field: str
    expected: object
    found: object


Check = Callable[[Record, dict[str, Any]], Iterable[ColumnFinding]]
_checks: dict[str, list[Check]] = {}
EVERY_KIND = "*"


def register_check(kind: str, check: Check) -> None:
    """`check(record, manifest)` runs for records of `kind` (EVERY_KIND for all) and yields what differs."""
    registered = _checks.setdefault(kind, [])
    if check not in registered:
        registered.append(check)


def differences(record: Record, manifest: dict[str, Any]) -> Iterator[ColumnFinding]:
    for check in (*_checks.get(record.kind, ()), *_checks.get(EVERY_KIND, ())):
        yield from check(record, manifest)
