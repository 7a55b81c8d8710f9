"""The settings in force, for code that has no request to ask."""

from __future__ import annotations

from flask import current_app

from config import Settings


def current() -> Settings:
    """Settings of the running application; RuntimeError outside an application context."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings
