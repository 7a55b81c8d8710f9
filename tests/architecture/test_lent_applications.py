"""Tests share what an application is made of and nothing else: one that a test changed is as new for the next."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flask import current_app
from sqlalchemy import text

from config import Settings, from_environment
from ipplatform import create_app
from ipplatform.foundation.db import db
from tests.applications import application


def of(folder: Path, **more: object) -> Settings:
    """An installation in `folder`, of a zone no test has: its applications are made here."""
    folder.mkdir(exist_ok=True)
    return from_environment(
        environment="test", data_dir=folder, database_url=f"sqlite:///{folder / 'data'}", secret_key="only for tests",
        zone_name="A zone of these tests", log_level="CRITICAL", **more,
    )  # fmt: skip


def test_what_a_test_changed_the_next_does_not_have(tmp_path: Path) -> None:
    with application(of(tmp_path / "first")) as first:
        pristine = {name: dict(getattr(first, name)) for name in ("view_functions", "extensions")}
        first.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        first.extensions["home_counts"] = "seen"
        first.view_functions["home.about"] = lambda: "changed"
        served = first.wsgi_app
        first.wsgi_app = None  # type: ignore[method-assign, assignment]
        first.before_request(lambda: None)
    with application(of(tmp_path / "second")) as second:
        assert second is first
        assert (second.config["TESTING"], second.config.get("WTF_CSRF_ENABLED", True)) == (False, True)
        assert {name: dict(getattr(second, name)) for name in pristine} == pristine
        assert second.wsgi_app is served
        made = create_app(of(tmp_path / "made"))
        assert len(second.before_request_funcs[None]) == len(made.before_request_funcs[None])
        assert second.test_client().get("/healthz").status_code == 200
        assert second.teardown_appcontext_funcs == made.teardown_appcontext_funcs


def test_each_has_the_settings_and_the_database_of_its_own(tmp_path: Path) -> None:
    with application(of(tmp_path / "first")) as app, app.app_context():
        db.session.execute(text("CREATE TABLE mine (id INTEGER)"))
        db.session.commit()
    with application(of(tmp_path / "second", base_url="https://second.example")) as app, app.app_context():
        assert current_app.config["SETTINGS"].base_url == "https://second.example"
        assert db.session.scalar(text("SELECT count(*) FROM sqlite_master")) == 0
        assert db.session.scalar(text("PRAGMA synchronous")) == 2
    with application(of(tmp_path / "first")) as app, app.app_context():
        assert db.session.scalar(text("SELECT name FROM sqlite_master")) == "mine"


def test_two_at_once_are_two_and_another_zone_has_one_made_for_it(tmp_path: Path) -> None:
    with application(of(tmp_path / "first")) as first, application(of(tmp_path / "second")) as second:
        assert first is not second
    with application(replace(of(tmp_path / "third"), trusted_proxies=1)) as third:
        assert third not in (first, second)
        assert "wsgi_app" in vars(third)
