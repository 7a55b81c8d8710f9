"""Counts that other pages of the holder contribute to /home: each registers one function at import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ipplatform.domain.accounts.actor import Actor


@dataclass(frozen=True, slots=True)
class Section:
    """`count` things at `url` that wait for the organisation; nothing is shown while there are none."""

    label: Any
    count: int
    url: str


Source = Callable[[Actor], Section]
_sources: list[Source] = []


def contribute(source: Source) -> Source:
    """Register `source`, called on every /home: one statement at most."""
    if source not in _sources:
        _sources.append(source)
    return source


def sections(actor: Actor) -> list[Section]:
    return [section for section in (source(actor) for source in _sources) if section.count]
