"""One USPTO document while it is being read: its bibliography, and what was remarked on the way."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from ipplatform.domain.assets.reading import xml
from ipplatform.domain.assets.reading.outcome import RefusedDocument, Remark
from ipplatform.domain.assets.reading.xml import Element

BIBLIOGRAPHY = "us-bibliographic-data-grant"


class Reading:
    """One document being read: its bibliography and what was remarked on the way."""

    def __init__(self, root: Element):
        found = root.find(BIBLIOGRAPHY)
        if found is None:
            raise RefusedDocument("format_unknown", root=f"us-patent-grant without {BIBLIOGRAPHY}")
        self.root, self.bibliography = root, found
        self.remarks: list[Remark] = []
        self.unknown_characters: set[str] = set()

    def remark(self, code: str, **detail: Any) -> None:
        self.remarks.append(Remark(code, detail))

    def text(self, path: str) -> str:
        """The text at ``path`` below the bibliography."""
        return self.text_in(self.bibliography, path)

    def text_in(self, element: Element, path: str) -> str:
        return xml.text(element.find(path), self.unknown_characters)

    def text_of(self, element: Element) -> str:
        return xml.text(element, self.unknown_characters)

    def blocks(self, element: Element | None) -> str:
        return xml.blocks(element, self.unknown_characters)


def day(digits: str) -> date | None:
    """``20050104`` as a date; None when the digits are none (the office writes 00 for an unknown day)."""
    if not re.fullmatch(r"\d{8}", digits, re.ASCII):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
