"""Moments in words: two readers far apart read the same one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask_babel import force_locale, refresh
from markupsafe import Markup

from ipplatform.foundation.i18n import colon, comma, moment

WINTER = datetime(2026, 11, 28, 2, 53, 21, 123456, tzinfo=UTC)
SUMMER = datetime(2026, 6, 28, 2, 53, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "at", "clock"),
    [
        ("Asia/Shanghai", WINTER, "10:53:21 UTC+8"),
        ("Asia/Shanghai", SUMMER, "10:53:21 UTC+8"),
        ("Europe/Zurich", WINTER, "3:53:21 UTC+1"),
        ("Europe/Zurich", SUMMER, "4:53:21 UTC+2"),
        ("Asia/Kolkata", WINTER, "8:23:21 UTC+5:30"),
        ("America/St_Johns", WINTER, "23:21 UTC−3:30"),
        ("UTC", WINTER, "2:53:21 UTC"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_moment_names_the_clock_it_is_read_on(
    app: Flask, monkeypatch: pytest.MonkeyPatch, language: str, zone: str, at: datetime, clock: str
) -> None:
    monkeypatch.setattr(app.extensions["babel"], "timezone_selector", lambda: zone)
    with app.test_request_context(), force_locale(language):
        refresh()
        said = moment(at).replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
    assert clock in said.replace(" AM", "").replace(" PM", ""), said
    assert "2026" in said


def test_pages_give_the_moment_to_programs_too(app: Flask) -> None:
    with app.test_request_context():
        shown = app.jinja_env.get_template("macros/ui.html").module.datetime(WINTER)  # type: ignore[attr-defined]
    assert isinstance(shown, Markup)
    assert shown.startswith('<time datetime="2026-11-28T02:53:21+00:00">')
    assert "UTC+8</time>" in shown


@pytest.mark.parametrize(("language", "said"), [("en", "ev.zip: holds, today"), ("zh", "ev.zip：holds，today")])
def test_parts_of_a_line_are_joined_with_the_languages_own_signs(app: Flask, language: str, said: str) -> None:
    with app.test_request_context(), force_locale(language):
        refresh()
        assert f"ev.zip{colon()}holds{comma()}today" == said
