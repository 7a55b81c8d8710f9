"""The certificate as PDF/A-3 with the proof attached: facts in, bytes out. The design is in templates/documents."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import structlog

from ipplatform.domain.evidence.certificate import rules
from ipplatform.domain.evidence.certificate.facts import Attachment
from ipplatform.foundation import fonts
from ipplatform.foundation.errors import Conflict
from ipplatform.foundation.i18n import _l

TEMPLATES = Path(__file__).resolve().parents[4] / "templates" / "documents"
LANGUAGES = ("en", "zh")
MOST_TRIES = 8
NO_FONT = _l("The service has no font for this language. Its operator has to install one (Debian: fonts-noto-cjk).")
log = structlog.get_logger()
_ESCAPED = re.compile(r"\\u\{([0-9a-f]{1,6})\}")
_NO_GLYPH = re.compile(r"the text `\"(.+?)\"` could not be displayed")


def render(
    shown: dict[str, Any], *, language: str, address: str, attachments: Sequence[Attachment], at: datetime
) -> bytes:
    """One page. `address` is where the code on it leads, `at` the document's date.

    A character that no font has becomes a box: PDF/A must not refer to a glyph that is not in the file. Raises Conflict
    (certificate_font) where the fonts for the language itself are missing.
    """
    facts = {**shown, "language": language, "address": address}
    files = json.dumps([_listed(item) for item in attachments])
    code = _code(address)
    import typst

    for _ in range(MOST_TRIES):
        try:
            return _compile(facts, files, code, at)
        except typst.TypstError as error:
            missing = _missing(error)
            if not missing:
                raise
            # Those that are in our own words only come back: eight tries end that.
            facts = _changed(facts, partial(rules.without, missing=missing))
    try:
        return _compile(_changed(facts, rules.plain_scripts), files, code, at)
    except typst.TypstError as error:
        # Only our own words are left: without a font for them there is no page.
        log.exception("certificate cannot be set", language=language)
        fonts.installed.cache_clear()
        raise Conflict(NO_FONT, code="certificate_font") from error


def _compile(facts: dict[str, Any], files: str, code: str, at: datetime) -> bytes:
    import typst

    compiled: Any = typst.compile(
        str(TEMPLATES / "certificate.typ"),
        root=str(TEMPLATES),
        font_paths=fonts.installed(),
        sys_inputs={"data": json.dumps(facts, ensure_ascii=False), "files": files, "code": code},
        format="pdf",
        pdf_standards="a-3b",
        timestamp=int(at.timestamp()),
    )
    return bytes(compiled)


def _missing(error: Any) -> list[str]:
    """Texts without a glyph, and each of their characters."""
    found = [
        _ESCAPED.sub(_character, text) for text in _NO_GLYPH.findall(getattr(error, "diagnostic", "") or str(error))
    ]
    return [one for text in found for one in (text, *text) if one.strip()]


def _character(escaped: re.Match[str]) -> str:
    return chr(int(escaped[1], 16))


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    """`value` with every text in it changed."""
    if isinstance(value, dict):
        return {name: _changed(item, change) for name, item in value.items()}
    if isinstance(value, list):
        return [_changed(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def _listed(item: Attachment) -> dict[str, Any]:
    kind = {"name": item.name, "media_type": item.media_type, "relationship": item.relationship}
    return {**kind, "bytes": list(item.data)}


def _code(address: str) -> str:
    """The QR code as SVG; level M stands a stamp or a fold across a corner."""
    import segno

    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=0, dark="#16324f", xmldecl=False)
    return drawn.getvalue().decode()
