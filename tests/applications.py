"""Applications for tests: made once, then lent to one test after another with settings and a database of its own.

Making one takes a sixth of a second, most of it for compiling routes and describing the API, which come out the same
every time. Tests of how the service starts make theirs with ``create_app``, or start a process.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flask import Flask

from config import Settings
from ipplatform import create_app, flask_config
from ipplatform.entrypoints.http import logs
from ipplatform.foundation.db import db, prepare_engine

NOWHERE = Path("/nowhere")


@dataclass
class Made:
    """An application and what it was when it was made, for what a test changes in it ends with the test."""

    app: Flask
    was: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.was = {name: _copied(value) for name, value in vars(self.app).items()}

    def restore(self) -> None:
        for name in vars(self.app).keys() - self.was.keys():
            delattr(self.app, name)
        vars(self.app).update({name: _copied(value) for name, value in self.was.items()})


_idle: defaultdict[Settings, list[Made]] = defaultdict(list)


@contextmanager
def application(settings: Settings) -> Iterator[Flask]:
    """As ``create_app`` would make it. Within the block it is nobody else's."""
    idle = _idle[_alike(settings)]
    made = idle.pop() if idle else Made(create_app(_alike(settings)))
    _settle(made.app, settings)
    try:
        yield made.app
    finally:
        with made.app.app_context():
            db.session.remove()
            db.engine.dispose()
        made.restore()
        idle.append(made)


def _settle(app: Flask, settings: Settings) -> None:
    """What of ``create_app`` depends on whose installation it is."""
    app.config.update(flask_config(settings))
    del app.extensions["sqlalchemy"]
    app.teardown_appcontext_funcs.remove(db._teardown_session)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    logs.configure(settings.log_level)


def _alike(settings: Settings) -> Settings:
    """The same for installations that differ only in what is looked up when it is needed."""
    return replace(
        settings,
        data_dir=NOWHERE,
        database_url="sqlite://",
        secret_key="only for tests",
        origin="ipplatform.example/log",
        base_url="http://localhost",
        mail_folder=NOWHERE,
        log_store=None,
        time_authorities=None,
        witness_policy=None,
    )


def _copied(value: Any) -> Any:
    """Lists and dictionaries down to what they hold, such as Flask's lists of functions by blueprint."""
    if isinstance(value, list):
        return [_copied(each) for each in value]
    if not isinstance(value, dict):
        return value
    new = copy(value)
    new.update({key: _copied(each) for key, each in value.items()})
    return new
