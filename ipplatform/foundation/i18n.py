"""Languages: English sources, Simplified Chinese complete."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale, get_locale, gettext, lazy_gettext
from flask_babel import ngettext as babel_ngettext

LOCALES = ("en", "zh")
HTML_LANG = {"en": "en", "zh": "zh-Hans"}

_l = lazy_gettext

__all__ = ["HTML_LANG", "LOCALES", "N_", "_", "_l", "current_locale", "force_locale", "ngettext", "plain"]


def _(text: str, **values: Any) -> str:
    """``text`` in the reader's language with ``%(name)s`` filled from ``values``."""
    return str(gettext(text, **values))


def N_(text: str) -> str:  # noqa: N802 - gettext's own name, which the extraction of texts knows
    """``text`` itself: it is translated where it is shown."""
    return text


def ngettext(one: str, many: str, count: int, **values: Any) -> str:
    """The form that fits ``count``, which is also ``%(num)s``."""
    return str(babel_ngettext(one, many, count, **values))


def current_locale() -> str:
    """``en`` or ``zh``: the language of the request, command or mail being made."""
    locale = get_locale()
    return locale.language if locale is not None and locale.language in LOCALES else "en"


def plain(value: Any) -> Any:
    """``value`` with every lazy text in it made a plain string, ready for JSON."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)
