"""Grant XML of the USPTO's weekly files, v4.0 (2005) to v4.7: what the register takes from it.

Source: the office's Red Book documentation (us-patent-grant DTDs). Parts that differ by version: classes
(classification-ipc until 2005, -ipcr from 2006, -cpc from 2015), parties (parties until 2012, us-parties after).
"""

from __future__ import annotations

import re
from datetime import date

from ipplatform.domain.assets import numbers
from ipplatform.domain.assets.reading import uspto_classes, uspto_content, uspto_parties
from ipplatform.domain.assets.reading.outcome import RefusedDocument
from ipplatform.domain.assets.reading.publication import Publication
from ipplatform.domain.assets.reading.uspto_document import Reading, day
from ipplatform.domain.assets.reading.xml import Element

LONG_TITLE = 500
# Kind codes of granted US rights (WIPO ST.16): B1/B2 utility, E1 reissue, P2/P3 plant, S1 design.
TAKEN_KINDS = {"B1", "B2", "E1", "P2", "P3", "S1"}


def read(root: Element) -> Publication:
    """What a ``us-patent-grant`` document says. Raises RefusedDocument."""
    reading = Reading(root)
    kind_code = _taken_kind(reading)
    number = _number(reading, kind_code)
    title = _title(reading)
    grant, filing = _grant_date(reading), _filing_date(reading)
    application = _application_number(reading)
    is_design = _is_design(reading, kind_code)
    term = uspto_content.term(reading, is_design=is_design, kind_code=kind_code, filing=filing, grant=grant)
    parties = uspto_parties.read(reading)
    classes = uspto_classes.read(reading)
    content = uspto_content.read(reading, kind_code=kind_code, term=term)
    abstract = reading.blocks(root.find("abstract"))
    for name in sorted(reading.unknown_characters):
        reading.remark("entity_unknown", name=name[:40])
    return Publication(
        kind="design" if is_design else "patent",
        office="US",
        publication_number=number,
        application_number=application,
        title=title,
        abstract=abstract,
        filing_date=filing,
        grant_date=grant,
        end=term.end if term else None,
        parties=parties,
        classifications=classes,
        content=content,
        remarks=tuple(reading.remarks),
    )


def _taken_kind(reading: Reading) -> str:
    kind = reading.text("publication-reference/document-id/kind").upper()
    if kind.startswith("H"):
        raise RefusedDocument("sir")
    if re.fullmatch(r"[CFOJK]\d", kind):
        raise RefusedDocument("certificate", kind=kind)
    if kind not in TAKEN_KINDS:
        raise RefusedDocument("kind_unknown", kind=kind[:20] or "?")
    if kind.startswith("P"):
        reading.remark("plant")
    if kind.startswith("E"):
        reading.remark("reissue")
    return kind


def _number(reading: Reading, kind_code: str) -> str:
    found = reading.text("publication-reference/document-id/doc-number")
    try:
        number = numbers.publication("US", found, kind_code)
    except ValueError:
        raise RefusedDocument("no_number", found=found[:80]) from None
    file_name = str(reading.root.get("file", ""))
    if file_name and found not in file_name:
        reading.remark("number_differs", file=file_name[:80], number=number)
    return number


def _title(reading: Reading) -> str:
    title = reading.text("invention-title")
    if not title:
        raise RefusedDocument("no_title")
    if len(title) > LONG_TITLE:
        reading.remark("title_long", length=len(title))
    return title


def _grant_date(reading: Reading) -> date:
    found = reading.text("publication-reference/document-id/date") or str(reading.root.get("date-publ", ""))
    granted = day(found)
    if granted is None:
        raise RefusedDocument("no_dates", found=found[:80])
    return granted


def _filing_date(reading: Reading) -> date | None:
    found = reading.text("application-reference/document-id/date")
    filed = day(found)
    if filed is None:
        reading.remark("no_filing_date", found=found[:80])
    return filed


def _application_number(reading: Reading) -> str | None:
    found = reading.text("application-reference/document-id/doc-number")
    try:
        return numbers.application("US", found)
    except ValueError:
        reading.remark("no_application_number", found=found[:80])
        return None


def _is_design(reading: Reading, kind_code: str) -> bool:
    """A reissue keeps the kind of the patent it replaces: only designs have a Locarno class."""
    if kind_code == "E1":
        return reading.bibliography.find("classification-locarno") is not None
    return kind_code == "S1"
