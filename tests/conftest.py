"""Fixtures every test may use. Databases are in tests/databases.py."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from config import Settings, from_environment
from ipplatform import create_app
from ipplatform.domain.accounts import sessions
from ipplatform.domain.accounts.models import Person
from ipplatform.foundation import secretbox
from ipplatform.foundation.db import db, transaction
from tests.applications import application

if TYPE_CHECKING:
    from tests.databases import Database

pytest_plugins = (
    "tests.authorities",
    "tests.buckets",
    "tests.databases",
    "tests.backups",
    "tests.no_skips",
    "tests.order",
)


class IsolatedClient(FlaskClient):
    """Each request gets an application context of its own, as in a server: no shared ``g``, no shared session."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("buffered", True)
        with self.application.app_context():
            return super().open(*args, **kwargs)


SignIn = Callable[..., FlaskClient]


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    return from_environment(
        environment="test",
        data_dir=tmp_path,
        database_url=database.url,
        secret_key="only for tests",
        log_level="CRITICAL",
        mail_folder=tmp_path / "mail",
        base_url="http://localhost",
        secure_cookies=False,
    )


@pytest.fixture(scope="session")
def made_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the keys of an installation: stretching their passphrase takes too long for every test."""
    from ipplatform.domain.evidence import keys

    folder = tmp_path_factory.mktemp("keys")
    secretbox.ensure_key(folder / "keys")
    with create_app(from_environment(environment="test", data_dir=folder, secret_key="only for tests")).app_context():
        keys.ensure()
    return folder


@pytest.fixture
def app(settings: Settings, made_keys: Path) -> Iterator[Flask]:
    """The application on the test's own database, with keys, inside an application context."""
    from ipplatform.domain.evidence import keys

    copy_keys(made_keys, settings)
    with application(settings) as lent:
        lent.test_client_class = IsolatedClient
        lent.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
        with lent.app_context():
            keys.ensure()
            yield lent
            db.session.remove()


def copy_keys(made: Path, settings: Settings) -> None:
    """Data key and sealed keys as they were made; the policy is published anew, for another address."""
    shutil.copytree(made / "keys", settings.keys_dir, dirs_exist_ok=True)
    settings.key_passphrase_file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(made / "signer" / "passphrase", settings.key_passphrase_file)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """``sign_in(client, person, organisation=None)``: the client acts as that person afterwards."""

    def begin(client: FlaskClient, person: Person, organisation: object = None) -> FlaskClient:
        with transaction():
            token = sessions.begin(person, user_agent="tests", organisation_id=getattr(organisation, "id", None))
        with client.session_transaction() as browser:
            browser["_user_id"] = token
        return client

    return begin


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Where real offices' files stand, when they do; tests are parametrised over what exists there."""
    return Path(os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
