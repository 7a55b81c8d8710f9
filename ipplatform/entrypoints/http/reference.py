"""The OpenAPI document in the reader's language: its summaries and descriptions go through the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask_smorest import Api

from ipplatform.foundation.i18n import LOCALES, _, current_locale

SPOKEN = ("summary", "description")
# What programs send or compare: no words, though a member of it may be called “description”.
DATA = ("default", "enum", "example", "examples")


def document(api: Api) -> dict[str, Any]:
    """In the language of the request. Made once a language, and not to be changed."""
    return _made(api, current_locale())


@lru_cache(maxsize=len(LOCALES))
def _made(api: Api, _locale: str) -> dict[str, Any]:
    made: dict[str, Any] = reworded(api.spec.to_dict(), _)
    return made


def reworded(part: Any, word: Callable[[str], str]) -> Any:
    """`part` of a document with `word` of everything in it that is said to people."""
    if isinstance(part, list):
        return [reworded(inner, word) for inner in part]
    if not isinstance(part, dict):
        return part
    return {
        name: inner if name in DATA else word(inner) if _is_spoken(name, inner) else reworded(inner, word)
        for name, inner in part.items()
    }


def _is_spoken(name: str, inner: Any) -> bool:
    return name in SPOKEN and isinstance(inner, str) and bool(inner)
