"""For Babel (see babel.cfg): words of the API's reference, which stand in docstrings and schemas with no mark on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask

from ipplatform.entrypoints import api
from ipplatform.entrypoints.http import reference


def extract(fileobj: Any, keywords: Any, comment_tags: Any, options: Any) -> Iterator[tuple[int, str, str, list[str]]]:
    """Line, function, text and comments, as Babel asks of an extractor; the file only says when to ask."""
    app = Flask(__name__)
    app.config.update(API_TITLE="", API_VERSION="", OPENAPI_VERSION="3.1.0")
    found: dict[str, str] = {}
    reference.reworded(api.init_app(app).spec.to_dict(), lambda text: found.setdefault(text, text))
    yield from ((1, "gettext", text, []) for text in found)
