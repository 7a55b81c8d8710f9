"""Which language a request speaks. Pages: the ``lang`` address part, the cookie, the person's choice, Accept-Language.

A program says in Accept-Language what it wants, while a browser sends its own setting unasked: to the API, the header
comes before the person's choice.
"""

from __future__ import annotations

from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel

from ipplatform.foundation.i18n import LOCALES

COOKIE = "lang"
API = "/api/"
babel = Babel()


def select_locale() -> str:
    """Jobs and commands have no request: the zone's language, unless they force one."""
    if not has_request_context():
        return str(current_app.config["SETTINGS"].default_locale)
    asked = _asked_for() if request.path.startswith(API) else None
    for wanted in (request.args.get("lang"), asked, request.cookies.get(COOKIE), _own()):
        if wanted in LOCALES:
            return str(wanted)
    accepted = request.accept_languages.best_match(["en", "zh", "zh-Hans", "zh-CN"])
    return (accepted or current_app.config["SETTINGS"].default_locale)[:2]


def _asked_for() -> str | None:
    """The best of our languages that Accept-Language names; ``*`` names none, and ``;q=0`` refuses one."""
    named = (tag.replace("_", "-").partition("-")[0].lower() for tag, weight in request.accept_languages if weight > 0)
    return next((language for language in named if language in LOCALES), None)


def _own() -> str | None:
    found = getattr(g, "standing", None)
    return found.person.locale if found else None


def select_timezone() -> str:
    return str(current_app.config["SETTINGS"].zone_timezone)


def init_app(app: Flask) -> None:
    babel.init_app(app, locale_selector=select_locale, timezone_selector=select_timezone)
