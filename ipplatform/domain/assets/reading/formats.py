"""Which office's format a document is in, told by its outermost element; what is not read yet is refused by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ipplatform.domain.assets.reading import uspto
from ipplatform.domain.assets.reading.outcome import RefusedDocument
from ipplatform.domain.assets.reading.publication import Publication
from ipplatform.domain.assets.reading.xml import Element, parse, text

Reader = Callable[[Element], Publication]
READERS: Mapping[str, Reader] = {"us-patent-grant": uspto.read}
NOT_READ: Mapping[str, str] = {
    "us-patent-application": "US patent application XML (2005 and later)",
    "patent-application-publication": "US patent application XML (2001 to 2004, PAP)",
    "PATDOC": "US patent grant SGML/XML (2001 to 2004, ST.32)",
    "cn-patent-document": "CNIPA patent XML (old)",
    "PatentDocumentAndRelated": "CNIPA patent XML",
    "ep-patent-document": "EPO patent XML (ST.36)",
    "jp-official-gazette": "JPO gazette XML",
    "PatentPublication": "WIPO ST.96 patent publication",
    "TrademarkApplication": "WIPO ST.96 trade mark application",
}


def read(content: bytes) -> Publication:
    """What one document says. Raises RefusedDocument with the reason."""
    if is_greenbook(content):
        raise RefusedDocument("format_not_read", format="Greenbook (US grants 1976 to 2001)")
    root = parse(content)
    name = str(root.tag).rpartition("}")[2]
    if name == "sequence-cwu":
        raise RefusedDocument("sequence_listing", number=text(root.find(".//doc-number")) or "?")
    if name in READERS:
        return READERS[name](root)
    if name in NOT_READ:
        raise RefusedDocument("format_not_read", format=NOT_READ[name])
    raise RefusedDocument("format_unknown", root=name[:80])


def is_greenbook(content: bytes) -> bool:
    """Greenbook is no XML: fixed-width records that start with PATN and WKU."""
    start = content[:400].lstrip()
    return start.startswith((b"PATN", b"HHHHH")) or b"\nWKU  " in start
