"""The agreement as a PDF: structured terms in, bytes out. Templates are in templates/documents."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.accounts.rules import IDENTIFIER_WORDS
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.assets.rules import KIND_LABELS
from ipplatform.domain.licensing import words
from ipplatform.domain.licensing.rules.terms import Terms
from ipplatform.domain.rights import territory
from ipplatform.domain.rights import words as rights
from ipplatform.foundation import fonts, settings
from ipplatform.foundation.i18n import force_locale
from ipplatform.foundation.ids import display_id

TEMPLATES = Path(__file__).resolve().parents[3] / "templates" / "documents"
LANGUAGES: dict[str, tuple[str, ...]] = {"en": ("en",), "zh": ("zh",), "both": ("en", "zh")}


def render(
    *, number: str, terms: Terms, asset: Asset, licensor: Organisation, licensee: Organisation, made_at: datetime
) -> bytes:
    """The PDF in the languages the terms name: PDF/A-3b, or plain PDF when a character has no glyph in any font."""
    languages = LANGUAGES[terms["language"]]
    data = {
        "number": number,
        "zone": settings.current().zone_name,
        "languages": languages,
        "terms": dict(terms),
        "licensor": {"name": licensor.name},
        "asset": {"id": display_id(asset.public_id), "title": asset.title, "number": _number(asset)},
        **{code: _in_words(code, terms, asset, (licensor, licensee), made_at) for code in languages},
    }
    return _compile(json.dumps(data, ensure_ascii=False), made_at)


def _compile(data: str, made_at: datetime) -> bytes:
    import typst

    compiled: Any = partial(
        typst.compile,
        str(TEMPLATES / "agreement.typ"),
        root=str(TEMPLATES),
        font_paths=fonts.installed(),
        sys_inputs={"data": data},
        format="pdf",
        timestamp=int(made_at.timestamp()),
    )
    try:
        made: bytes = compiled(pdf_standards="a-3b")
    except typst.TypstError:
        made = compiled()
    return made


def _in_words(
    code: str, terms: Terms, asset: Asset, parties: Sequence[Organisation], made_at: datetime
) -> dict[str, Any]:
    with force_locale(code):
        made_on = made_at.astimezone(ZoneInfo(settings.current().zone_timezone)).date()
        said = {name: words.say(name, terms) for name in words.LABELS}
        licensor, licensee = (_party(party, code) for party in parties)
        return {
            **said,
            "rows": words.rows({**terms, "notes": ""}),
            "made_on": rights.day(made_on),
            "kind": str(KIND_LABELS[asset.kind]),
            "licensor": licensor,
            "licensee": licensee,
        }


def _party(organisation: Organisation, code: str) -> dict[str, str]:
    return {
        "name": organisation.name,
        "country": territory.label(organisation.country, code),
        "scheme": str(IDENTIFIER_WORDS[organisation.identifier_scheme]),
        "identifier": organisation.identifier,
    }


def _number(asset: Asset) -> str:
    found = asset.publication_number or asset.registration_number or asset.application_number or asset.public_id
    return found if found != asset.public_id else display_id(found)
