"""``ipplatform …``: thin commands over the same services."""

from __future__ import annotations

from importlib import import_module

import click
from flask import Flask
from flask.cli import FlaskGroup

# One line a command: "<module>:<attribute>".
COMMANDS: tuple[str, ...] = (
    "classifications:classifications",
    "imports:import_files",
    "setup:setup",
    "users:users",
    "worker:worker",
)


def create() -> Flask:
    from ipplatform import create_app

    return create_app()


@click.group(cls=FlaskGroup, create_app=create, add_default_commands=False, add_version_option=False)
def main() -> None:
    """Register, license and audit intellectual property."""


def init_app(app: Flask) -> None:
    for entry in COMMANDS:
        module, attribute = entry.split(":")
        app.cli.add_command(getattr(import_module(f"{__name__}.{module}"), attribute))
