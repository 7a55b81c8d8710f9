"""Claims, description, priorities and term of a USPTO document."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from ipplatform.domain.assets import terms
from ipplatform.domain.assets.reading.uspto_document import Reading, day
from ipplatform.domain.assets.reading.xml import Element

# Earlier applications whose filing date starts the 20 years: 35 U.S.C. 120, 121, 251. Priorities do not.
RELIED_ON = {"continuation", "division", "continuation-in-part", "reissue", "continuing-reissue"}
TERM_OF_GRANT = "us-term-of-grant"
NATIONAL = "classification-national"


def read(reading: Reading, *, kind_code: str, term: terms.Term | None) -> dict[str, Any]:
    """What is kept with the asset beyond its columns: JSON-ready, see ``models.Asset``."""
    content: dict[str, Any] = {
        "kind_code": kind_code,
        "claims": [reading.blocks(claim) for claim in reading.root.iterfind("claims/claim")],
        "description": reading.blocks(reading.root.find("description")),
        "priorities": [
            _priority(reading, found) for found in reading.bibliography.iterfind("priority-claims/priority-claim")
        ],
        "national_classes": _national_classes(reading),
        "term": {
            "basis": term.basis if term else None,
            "extension_days": extension_days(reading),
            "disclaimer": _has_disclaimer(reading),
        },
    }
    botanic = reading.bibliography.find("us-botanic")
    if botanic is not None:
        content["variety"] = reading.text_in(botanic, "variety")
        content["latin_name"] = reading.text_in(botanic, "latin-name")
    return content


def term(reading: Reading, *, is_design: bool, kind_code: str, filing: date | None, grant: date) -> terms.Term | None:
    """The term by the rules of ``terms``, remarking what makes it uncertain; None without a filing date."""
    if _has_disclaimer(reading):
        reading.remark("terminal_disclaimer")
    if kind_code == "E1":
        reading.remark("reissue_term")
    if filing is None:
        return None
    if grant < filing:
        reading.remark("dates_disordered")
    if is_design:
        return terms.us_design(filing=filing, grant=grant)
    days = extension_days(reading)
    if days:
        reading.remark("term_adjusted", days=days)
    earliest = min([filing, *_parent_filings(reading)])
    return terms.us_patent(earliest_filing=earliest, filing=filing, grant=grant, extension_days=days)


def extension_days(reading: Reading) -> int:
    """Days the office added under 35 U.S.C. 154(b)."""
    digits = reading.text(f"{TERM_OF_GRANT}/us-term-extension")
    return int(digits) if re.fullmatch(r"\d{1,4}", digits, re.ASCII) else 0


def _has_disclaimer(reading: Reading) -> bool:
    return reading.bibliography.find(f"{TERM_OF_GRANT}/disclaimer") is not None


def _parent_filings(reading: Reading) -> list[date]:
    related = reading.bibliography.find("us-related-documents")
    dates = [day(reading.text("pct-or-regional-filing-data/document-id/date"))]
    for relation in related if related is not None else ():
        if str(relation.tag) in RELIED_ON:
            dates += [day(reading.text_of(found)) for found in relation.iterfind(".//parent-doc/document-id/date")]
    return [found for found in dates if found is not None]


def _priority(reading: Reading, found: Element) -> dict[str, str]:
    filed = day(reading.text_in(found, "date"))
    return {
        "country": reading.text_in(found, "country"),
        "number": reading.text_in(found, "doc-number"),
        "date": filed.isoformat() if filed else "",
    }


def _national_classes(reading: Reading) -> list[str]:
    """US classes as printed, their blanks kept: they pad class and subclass to fixed widths."""
    found = reading.bibliography.find(NATIONAL)
    if found is None:
        return []
    return [str(item.text or "").rstrip() for item in found if str(item.tag).endswith("-classification")]
