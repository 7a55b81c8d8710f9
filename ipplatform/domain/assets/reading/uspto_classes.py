"""IPC, CPC and Locarno classes of a USPTO document, in the three shapes the office has used."""

from __future__ import annotations

from collections.abc import Iterator

from ipplatform.domain.assets import classification
from ipplatform.domain.assets.reading.uspto_document import Reading
from ipplatform.domain.assets.reading.xml import Element
from ipplatform.domain.assets.values import ClassValue

_PARTS = ("section", "class", "subclass", "main-group", "subgroup")


def read(reading: Reading) -> tuple[ClassValue, ...]:
    """The classes without repetition, the main one of each scheme first; unreadable ones are remarked."""
    found = [*_ipc(reading), *_cpc(reading), *_locarno(reading)]
    if not found:
        reading.remark("no_class")
    return tuple(dict.fromkeys(found))


def _ipc(reading: Reading) -> Iterator[ClassValue]:
    """``classification-ipc`` until 2005: one text; ``classification-ipcr`` from 2006: parts of their own."""
    for found in reading.bibliography.iterfind("classification-ipc/*"):
        if str(found.tag) in {"main-classification", "further-classification"}:
            yield from _normal(reading, "ipc", str(found.text or "").strip(" "))
    for found in reading.bibliography.iterfind("classifications-ipcr/classification-ipcr"):
        yield from _from_parts(reading, "ipc", found)


def _cpc(reading: Reading) -> Iterator[ClassValue]:
    for group in ("main-cpc", "further-cpc"):
        for found in reading.bibliography.iterfind(f"classifications-cpc/{group}//classification-cpc"):
            yield from _from_parts(reading, "cpc", found)


def _locarno(reading: Reading) -> Iterator[ClassValue]:
    for found in reading.bibliography.iterfind("classification-locarno/main-classification"):
        yield from _normal(reading, "locarno", reading.text_of(found))


def _from_parts(reading: Reading, scheme: str, found: Element) -> Iterator[ClassValue]:
    section, class_, subclass, group, subgroup = (reading.text_in(found, part) for part in _PARTS)
    yield from _normal(reading, scheme, f"{section}{class_}{subclass}{group}/{subgroup}")


def _normal(reading: Reading, scheme: str, text: str) -> Iterator[ClassValue]:
    try:
        yield ClassValue(scheme, classification.normalise(scheme, text))
    except ValueError:
        reading.remark("class_unreadable", found=text[:60], scheme=scheme.upper())
