"""Parsing one untrusted XML document: no entities, no network, no DTD, bounded depth and text."""

from __future__ import annotations

import html.entities
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from lxml import etree

from ipplatform.domain.assets.reading.outcome import RefusedDocument

Element = Any
# Between paragraphs while text is gathered; XML cannot contain it.
_BLOCK = "\x1e"
_BLOCKS = {"p", "heading", "claim-text", "li", "row", "tr"}
_SPACED = {"br", "entry", "td"}
_DECLARED_ENCODING = re.compile(rb"""\A<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
# ``<!ENTITY NAME SYSTEM "NAME.TIF" NDATA TIF>`` names a picture beside the file: nothing to expand, so harmless.
_PICTURE = re.compile(
    rb"""<!ENTITY\s+[\w.:-]+\s+(?:SYSTEM|PUBLIC)(?:\s+(?:"[^"<>]*"|'[^'<>]*')){1,2}\s+NDATA\s+\w+\s*>"""
)
_ENCODINGS = {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252"}
_FOREIGN_START = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")
_TRUNCATED = (
    "Premature end",
    "EndTag: '</' not found",
    "Couldn't find end",
    "Start tag expected",
    "AttValue: ' expected",
)
_UNSAFE = ("Excessive depth", "Resource limit exceeded", "too big", "amplification")


def parse(content: bytes) -> Element:
    """The root element. Raises RefusedDocument with the line and the parser's words."""
    refuse_unsafe(content)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise _refusal(error) from error
    except (ValueError, LookupError) as error:
        raise RefusedDocument("malformed", line=1, problem=str(error)[:200]) from error


def refuse_unsafe(content: bytes) -> None:
    """Look at the bytes before any parser does: encodings that could hide something, NULs, entity declarations."""
    if content.startswith(_FOREIGN_START):
        raise RefusedDocument("encoding", encoding="UTF-16 / UTF-32")
    if b"\x00" in content:
        raise RefusedDocument("nul_bytes")
    declared = _DECLARED_ENCODING.match(content)
    if declared is not None and declared[1].decode("ascii").lower() not in _ENCODINGS:
        raise RefusedDocument("encoding", encoding=declared[1].decode("ascii"))
    if content.count(b"<!ENTITY") != len(_PICTURE.findall(content)):
        raise RefusedDocument("entities")


def _refusal(error: etree.XMLSyntaxError) -> RefusedDocument:
    problem, line = str(error.msg or ""), error.position[0]
    if any(sign in problem for sign in _UNSAFE):
        return RefusedDocument("too_deep")
    if any(sign in problem for sign in _TRUNCATED):
        return RefusedDocument("truncated")
    if "entity" in problem.lower() and "reference loop" in problem.lower():
        return RefusedDocument("entities")
    return RefusedDocument("malformed", line=line, problem=problem[:200])


def text(element: Element | None, unknown: set[str] | None = None) -> str:
    """All text inside ``element`` on one line, blanks folded, NFC; named characters (``&nbsp;``) replaced.

    Names that no HTML or XML entity has are kept as ``&name;`` and added to ``unknown``.
    """
    return " ".join(blocks(element, unknown).split())


def blocks(element: Element | None, unknown: set[str] | None = None) -> str:
    """Like ``text`` with a line for each paragraph, heading, claim part, list item and table row."""
    if element is None:
        return ""
    whole = "".join(_pieces(element, set() if unknown is None else unknown))
    lines = (" ".join(line.split()) for line in whole.split(_BLOCK))
    return unicodedata.normalize("NFC", "\n".join(line for line in lines if line))


def _pieces(element: Element, unknown: set[str]) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag is etree.Entity:
            yield _character(child.name, unknown)
        elif isinstance(child.tag, str):
            edge = _BLOCK if child.tag in _BLOCKS else " " if child.tag in _SPACED else ""
            yield edge
            yield from _pieces(child, unknown)
            yield edge
        yield child.tail or ""


def _character(name: str, unknown: set[str]) -> str:
    known = html.entities.html5.get(f"{name};")
    if known is None:
        unknown.add(name)
        return f"&{name};"
    return known
