"""A second installation that witnesses the log of the first, in the same process."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import requests
from flask import Flask

from config import Settings
from ipplatform.domain.evidence import keys
from ipplatform.domain.evidence.formats import note
from ipplatform.domain.evidence.witness import identity, transport
from ipplatform.entrypoints.web.public import witness as door
from ipplatform.foundation import secretbox
from ipplatform.foundation.db import db
from tests.applications import application


@dataclass
class Zone:
    """Another zone's installation. `down` lets it not answer; `asked` counts requests."""

    app: Flask
    settings: Settings
    down: bool = False
    asked: int = 0
    replies: list[transport.Reply] = field(default_factory=list)

    @contextmanager
    def inside(self) -> Iterator[None]:
        with self.app.app_context():
            yield
            db.session.remove()

    @property
    def url(self) -> str:
        return f"https://{self.settings.witness_name}"

    @property
    def vkeys(self) -> tuple[note.VerifierKey, ...]:
        with self.inside():
            return identity.verifier_keys()


Zones = Callable[[str], Zone]


@pytest.fixture
def zones(app: Flask, settings: Settings, tmp_path: Path, request: pytest.FixtureRequest,
          monkeypatch: pytest.MonkeyPatch) -> Iterator[Zones]:  # fmt: skip
    """`zones("b")` is an installation that witnesses our log; requests to its address reach it."""
    made: dict[str, Zone] = {}
    lent = ExitStack()
    monkeypatch.setattr(door, "throttle", door.Throttle(rate=1000, burst=1000))

    def make(name: str) -> Zone:
        folder = tmp_path / name
        folder.mkdir()
        shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / "ipplatform.sqlite3")
        own = replace(
            settings,
            data_dir=folder,
            database_url=f"sqlite:///{folder / 'ipplatform.sqlite3'}",
            origin=f"{name}.example/log",
        )
        own.witness_logs.write_text("".join(f"{key.vkey}\n" for key in keys.verifier_keys()))
        secretbox.ensure_key(own.keys_dir)
        other = lent.enter_context(application(own))
        other.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
        with other.app_context():
            keys.ensure()
        zone = Zone(other, own)
        made[zone.url] = zone
        return zone

    def exchange(_session: requests.Session, prefix: str, body: bytes) -> transport.Reply:
        zone = made[prefix]
        zone.asked += 1
        if zone.down:
            raise transport.Unreachable("no answer: ConnectionError")
        if zone.replies:
            return zone.replies.pop(0)
        with zone.inside():
            answer = zone.app.test_client().post("/witness/add-checkpoint", data=body)
            return transport.Reply(answer.status_code, answer.data, answer.headers["Content-Type"])

    monkeypatch.setattr(transport, "add_checkpoint", exchange)
    with lent:
        yield make


@pytest.fixture
def demand(settings: Settings, monkeypatch: pytest.MonkeyPatch, app: Flask) -> Callable[..., Path]:
    """Write a policy file of witnesses with both keys of each zone, and let our log use it."""

    def write(*zones: Zone, quorum: str = "all") -> Path:
        lines = []
        names = []
        for zone in zones:
            host = zone.settings.witness_name.split(".")[0]
            for key, kind in zip(zone.vkeys, ("ed", "pq"), strict=True):
                lines.append(f"witness {host}-{kind} {key.vkey} {zone.url}")
            lines.append(f"group {host} all {host}-ed {host}-pq")
            names.append(host)
        lines.append(f"group enough {quorum} {' '.join(names)}")
        path = settings.data_dir / "witnesses.txt"
        path.write_text("\n".join([*lines, "quorum enough", ""]))
        app.config["SETTINGS"] = replace(settings, witness_policy=path)
        keys.refresh_policy()
        return path

    return write
