"""Every route is asked by every role of its own organisation, by another organisation, by the office and by nobody.

The routes come from the application, so that a new one without a line in access_table.py fails here.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from config import from_environment
from ipplatform import create_app
from ipplatform.domain.evidence import keys
from ipplatform.foundation import secretbox
from ipplatform.foundation.db import db
from tests.architecture.access_people import DRAWING, EVERYBODY, GRANTS, SIGNED_IN
from tests.architecture.access_table import TABLE
from tests.architecture.world import World, make_world
from tests.factories.assets import grant_xml
from tests.factories.filings import png

_FILES = {DRAWING: ("drawing.png", png()), GRANTS: ("grants.xml", grant_xml("07000002").encode())}
_SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Stage:
    """An application, the world in its database, and the way back to how that was."""

    app: Flask
    world: World
    original: Path
    database: Path

    def restore(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        for file in self.database.parent.glob(f"{self.database.name}-*"):
            file.unlink()
        shutil.copyfile(self.original, self.database)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("world")
    database = folder / "ipplatform.sqlite3"
    shutil.copyfile(sqlite_template, database)
    app = _application(folder)
    with app.app_context():
        secretbox.ensure_key(folder / "keys")
        keys.ensure()
        world = make_world()
        db.session.remove()
        db.engine.dispose()
    original = shutil.copyfile(database, folder / "original.sqlite3")
    yield Stage(app, world, Path(original), database)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def stage(built: Stage) -> Stage:
    built.restore()
    return built


def test_every_route_has_a_line_in_the_table(stage: Stage) -> None:
    assert sorted(set(_routes(stage.app)) - set(TABLE)) == []


def test_every_line_of_the_table_has_a_route(stage: Stage) -> None:
    assert sorted(set(TABLE) - set(_routes(stage.app))) == []


@pytest.mark.parametrize("name", TABLE)
def test_only_those_the_table_names_get_in(name: str, stage: Stage) -> None:
    line, wrong = TABLE[name], {}
    changes = name.split(maxsplit=1)[0] not in _SAFE
    for person in sorted(EVERYBODY, key=lambda person: (person in line.enter, person)):
        # A refused request changes nothing, so that only those let in need the world as it was.
        if changes and person in line.enter:
            stage.restore()
        response = _ask(stage, name, person)
        if (problem := _judge(response, entered=person in line.enter)) is not None:
            wrong[person] = problem
    assert wrong == {}


@pytest.mark.parametrize("name", TABLE)
def test_a_token_without_the_scope_is_refused(name: str, stage: Stage) -> None:
    scope = _scope(stage.app, name)
    if scope is None:
        return
    without = "token for the account" if scope == "market:read" else "token for the market"
    response = _send(stage, name, stage.world.bearers[without])
    assert response.status_code == 403, response.get_data(as_text=True)


def test_the_table_speaks_of_people_in_the_world(stage: Stage) -> None:
    assert set(stage.world.sessions) >= SIGNED_IN


def _application(folder: Path) -> Flask:
    app = create_app(
        from_environment(
            environment="test",
            data_dir=folder,
            database_url=f"sqlite:///{folder / 'ipplatform.sqlite3'}",
            secret_key="only for tests",
            log_level="CRITICAL",
            mail_folder=folder / "mail",
            base_url="http://localhost",
            secure_cookies=False,
        )
    )
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    return app


def _routes(app: Flask) -> dict[str, Rule]:
    """The rule of each method and endpoint; static files are nobody's secret."""
    return {
        f"{method} {rule.endpoint}": rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    }


def _scope(app: Flask, name: str) -> str | None:
    """The scope that a route of the API asks for."""
    method, endpoint = name.split()
    view = app.view_functions[endpoint]
    access = getattr(getattr(view, "view_class", None), method.lower(), view).access
    return next(iter(access.names)) if access.kind == "token" else None


def _ask(stage: Stage, name: str, person: str) -> TestResponse:
    if person == "anonymous":
        return _send(stage, name, {})
    if _routes(stage.app)[name].rule.startswith("/api/"):
        return _send(stage, name, stage.world.bearers[person])
    return _send(stage, name, {}, session=stage.world.sessions[person])


def _send(stage: Stage, name: str, headers: Mapping[str, str], session: str | None = None) -> TestResponse:
    line = TABLE[name]
    method, endpoint = name.split()
    values = {part: stage.world.things.get(thing, thing) for part, thing in line.given.items()}
    address = stage.app.url_map.bind("localhost").build(endpoint, values, method=method)
    query = {part: stage.world.things.get(thing, thing) for part, thing in line.query.items()}
    client = stage.app.test_client()
    if session is not None:
        with client.session_transaction() as browser:
            browser["_user_id"] = session
    with stage.app.app_context():
        body = _filled(line.body() if callable(line.body) else line.body, stage.world)
    as_json = address.startswith("/api/") and method not in _SAFE and "file" not in (body or {})
    payload = {"json": body or {}} if as_json else {"data": body}
    headers = {"Idempotency-Key": "matrix", **headers}
    return client.open(address, method=method, query_string=query, headers=headers, buffered=True, **payload)


def _filled(value: object, world: World) -> object:
    """``value`` with names of things in braces replaced by their ids."""
    if isinstance(value, Mapping):
        return {key: _filled(inner, world) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(inner, world) for inner in value]
    if value in _FILES:
        name, content = _FILES[value]
        return io.BytesIO(content), name
    if isinstance(value, str) and value.startswith("{"):
        return world.things[value.strip("{}")]
    return value


def _judge(response: TestResponse, *, entered: bool) -> str | None:
    """What is wrong with the answer, or None."""
    status, location = response.status_code, response.headers.get("Location", "")
    refused = status in (401, 403, 404) or (status in (302, 303) and location.startswith("/account/sign-in?next="))
    if status >= 500 or status == 405:
        return f"answered {status}"
    if refused == entered:
        return f"answered {status} {location}, expected to be {'let in' if entered else 'refused'}"
    return None
