"""Languages: English sources, Simplified Chinese complete."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import force_locale, format_datetime, get_locale, gettext, lazy_gettext, to_user_timezone
from flask_babel import ngettext as babel_ngettext

LOCALES = ("en", "zh")
HTML_LANG = {"en": "en", "zh": "zh-Hans"}

_l = lazy_gettext

__all__ = [
    "HTML_LANG",
    "LOCALES",
    "N_",
    "_",
    "_l",
    "colon",
    "comma",
    "current_locale",
    "force_locale",
    "from_utc",
    "moment",
    "ngettext",
    "plain",
]


def _(text: str, **values: Any) -> str:
    """``text`` in the reader's language with ``%(name)s`` filled from ``values``."""
    return str(gettext(text, **values))


def N_(text: str) -> str:  # noqa: N802 - gettext's own name, which the extraction of texts knows
    """``text`` itself: it is translated where it is shown."""
    return text


def ngettext(one: str, many: str, count: int, **values: Any) -> str:
    """The form that fits ``count``, which is also ``%(num)s``."""
    return str(babel_ngettext(one, many, count, **values))


def comma() -> str:
    """Between two parts of a line, in the reader's language; things of a list stand with ``_(", ")`` between them."""
    return "，" if current_locale() == "zh" else ", "


def colon() -> str:
    """Between what a line is about and what it says of it, in the reader's language."""
    return "：" if current_locale() == "zh" else ": "


def current_locale() -> str:
    """``en`` or ``zh``: the language of the request, command or mail being made."""
    locale = get_locale()
    return locale.language if locale is not None and locale.language in LOCALES else "en"


def moment(value: datetime, style: str = "medium") -> str:
    """An aware ``value`` in words on the zone's clock, with that clock's distance from UTC: ``…, 10:53:21 UTC+8``.

    The same in both languages, so that two readers on two continents read one moment. ``style`` is Babel's.
    """
    distance = to_user_timezone(value).utcoffset()
    return f"{format_datetime(value, style)}\N{NO-BREAK SPACE}{from_utc(distance or timedelta(0))}"


def from_utc(distance: timedelta) -> str:
    """What a clock is called by its distance from UTC: ``UTC+8``."""
    minutes = round(distance.total_seconds() / 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "\N{MINUS SIGN}"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def plain(value: Any) -> Any:
    """``value`` with every lazy text in it made a plain string, ready for JSON."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)
