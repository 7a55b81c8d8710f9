"""``ipplatform …``: thin commands over the same services."""

from __future__ import annotations

from importlib import import_module

import click
from flask import Flask
from flask.cli import FlaskGroup

# One line a command: "<module>:<attribute>".
COMMANDS: tuple[str, ...] = (
    "audit:command",
    "classifications:classifications",
    "demo:demo",
    "erasure:command",
    "evidence:command",
    "filings:filings",
    "imports:import_files",
    "keys:command",
    "log:command",
    "rights:rights",
    "search:search",
    "sequencer:command",
    "setup:setup",
    "signer:command",
    "time:command",
    "users:users",
    "witness:command",
    "worker:worker",
)


# Commands with parts that need no installation: found before the application is made.
OFFLINE: tuple[str, ...] = ("evidence:command",)


def create() -> Flask:
    from ipplatform import create_app

    return create_app()


@click.group(cls=FlaskGroup, create_app=create, add_default_commands=False, add_version_option=False)
def main() -> None:
    """Register, license and audit intellectual property."""


def init_app(app: Flask) -> None:
    for entry in COMMANDS:
        app.cli.add_command(_command(entry))


def _command(entry: str) -> click.Command:
    module, attribute = entry.split(":")
    command: click.Command = getattr(import_module(f"{__name__}.{module}"), attribute)
    return command


for _entry in OFFLINE:
    main.add_command(_command(_entry))
