"""Which language a request speaks: the ``lang`` address part, the person's choice, the cookie, Accept-Language."""

from __future__ import annotations

from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel

from ipplatform.foundation.i18n import LOCALES

COOKIE = "lang"
babel = Babel()


def select_locale() -> str:
    """Jobs and commands have no request: the zone's language, unless they force one."""
    if not has_request_context():
        return str(current_app.config["SETTINGS"].default_locale)
    for wanted in (request.args.get("lang"), request.cookies.get(COOKIE), _own()):
        if wanted in LOCALES:
            return str(wanted)
    accepted = request.accept_languages.best_match(["en", "zh", "zh-Hans", "zh-CN"])
    return (accepted or current_app.config["SETTINGS"].default_locale)[:2]


def _own() -> str | None:
    found = getattr(g, "standing", None)
    return found.person.locale if found else None


def select_timezone() -> str:
    return str(current_app.config["SETTINGS"].zone_timezone)


def init_app(app: Flask) -> None:
    babel.init_app(app, locale_selector=select_locale, timezone_selector=select_timezone)
