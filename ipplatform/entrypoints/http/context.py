"""Names every template may use, and filters for what people read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_babel import format_currency, format_date, format_decimal, format_timedelta, get_locale
from flask_wtf.csrf import generate_csrf

from ipplatform.entrypoints.http import audit_words
from ipplatform.entrypoints.http.security import csp_nonce
from ipplatform.foundation.i18n import HTML_LANG, LOCALES, colon, comma, current_locale, moment
from ipplatform.foundation.ids import display_id


def init_app(app: Flask) -> None:
    app.context_processor(_names)
    app.jinja_env.globals |= {"csp_nonce": csp_nonce, "comma": comma, "colon": colon}
    app.jinja_env.filters.update(
        display_id=display_id,
        date=_date,
        datetime=_datetime,
        machine_time=_machine_time,
        duration=_duration,
        decimal=format_decimal,
        money=_money,
        country=country_name,
        countries_by_name=countries_by_name,
        filesize=file_size,
        finding_words=audit_words.words,
        finding_side=audit_words.side,
        readable_json=_readable_json,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _names() -> dict[str, Any]:
    locale = current_locale()
    settings = current_app.config["SETTINGS"]
    found = g.get("standing")
    return {
        "actor": g.get("actor"),
        "standing": found,
        "current_person": found.person if found else None,
        "current_organisation": found.organisation if found else None,
        "organisations": found.organisations if found else [],
        "zone": settings.zone_name_zh if locale == "zh" else settings.zone_name,
        "locale": locale,
        "locales": LOCALES,
        "html_lang": HTML_LANG[locale],
        "request_id": g.get("request_id"),
        "csrf_token": generate_csrf,
        "this_page": _this_page(),
        "static": lambda path: url_for("static", filename=path),
        "debug_mode": settings.debug,
    }


def _readable_json(value: Any) -> str:
    """Letters of every script as they are. It is text for a page and no script: the template escapes it."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)


def _this_page() -> str:
    """Where the reader is; mails and commands are nowhere."""
    if not has_request_context():
        return "/"
    return request.full_path.rstrip("?") if request.method == "GET" else request.path


def _date(value: date | datetime | None, style: str = "long") -> str:
    return "–" if value is None else format_date(value, style)


def _datetime(value: datetime | None, style: str = "medium") -> str:
    return "–" if value is None else moment(value, style)


def _machine_time(value: date | datetime) -> str:
    """For the ``datetime`` of a ``time`` element, which takes whole seconds: ISO 8601 with the distance from UTC."""
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


def _duration(value: timedelta | float | None) -> str:
    """For people: the largest unit that says it well, in words. A number is seconds."""
    if value is None:
        return "–"
    return str(format_timedelta(value if isinstance(value, timedelta) else timedelta(seconds=value), threshold=1.5))


def _money(amount: Decimal | str | None, currency: str) -> str:
    return "–" if amount is None else format_currency(Decimal(amount), currency)


def country_name(code: str | None) -> str:
    """The country's name in the reader's language; a code Babel does not know stays as it is."""
    locale = get_locale()
    if code is None or locale is None:
        return code or "–"
    return str(locale.territories.get(code, code))


def countries_by_name(codes: Iterable[str]) -> list[tuple[str, str]]:
    """(code, name) in the order in which the reader looks for a name."""
    return sorted(((code, country_name(code)) for code in codes), key=lambda choice: choice[1])


def file_size(size: int) -> str:
    """Bytes for people: ``1.4 MB`` (powers of 1000, as disks and mails count)."""
    amount, unit = float(size), "B"
    for larger in ("kB", "MB", "GB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{format_decimal(round(amount, 1 if unit != 'B' else 0))} {unit}"
