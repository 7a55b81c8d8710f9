"""Mails are rendered by the same templates and catalogue as pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Flask, current_app, render_template
from jinja2 import TemplateNotFound

from ipplatform.domain.filings import kinds
from ipplatform.domain.notifications import jobs
from ipplatform.foundation.i18n import force_locale, moment


def init_app(app: Flask) -> None:
    jobs.use_renderer(render)


def render(template: str, locale: str, context: dict[str, Any]) -> tuple[str, str, str | None]:
    """Subject (the text template's first line), text and HTML (None when there is no .html template)."""
    settings = current_app.config["SETTINGS"]
    address = settings.base_url + context["path"] if "path" in context else settings.base_url
    names = {**context, "address": address, "base_url": settings.base_url, "kinds": kinds.registry(), "moment": _moment}
    with force_locale(locale):
        subject, _, text = render_template(f"emails/{template}.txt", **names).partition("\n")
        try:
            html: str | None = render_template(f"emails/{template}.html", **names)
        except TemplateNotFound as error:
            if error.name != f"emails/{template}.html":
                raise
            html = None
    return subject.strip(), text.strip() + "\n", html


def _moment(text: str) -> str:
    """A moment as a job carries it (ISO 8601), in the reader's words."""
    return moment(datetime.fromisoformat(text))
