from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config import Settings
from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence import keys, rotation, sequencer
from ipplatform.domain.evidence.formats import checkpoint, policy
from ipplatform.domain.evidence.succession import services as succession
from ipplatform.foundation.db import db, transaction
from tests.factories.evidence import make_records


def test_keys_are_shown_with_the_heads_they_sign(app: Flask, client: FlaskClient) -> None:
    make_records(3)
    sequencer.run_all()
    ed25519, mldsa = keys.verifier_keys()
    with transaction():
        new = rotation.rotate(actor=SYSTEM, purpose="log-ed25519")
        rotation.retire(actor=SYSTEM, key_id=ed25519.key_id.hex())
    page = client.get("/log/keys").text
    for key in (ed25519, mldsa, new.key):
        assert key.vkey in page
    assert "0 to 3 entries" in page
    assert "4 entries and more" in page
    assert client.get("/log/vkeys").text == (app.config["SETTINGS"].keys_dir / "log.vkeys").read_text()


@pytest.fixture
def ended(app: Flask, settings: Settings, tmp_path: Path) -> tuple[bytes, policy.Policy]:
    """The final head and policy of a log that was continued."""
    make_records(300)
    sequencer.run_all()
    final, demanded = (settings.log_dir / "checkpoint").read_bytes(), keys.policy()
    succession.freeze(actor=SYSTEM, reason="The key <was> stolen.")
    app.config["SETTINGS"] = replace(settings, origin="second.example/log", log_store=str(tmp_path / "log-2"))
    succession.succeed(actor=SYSTEM)
    sequencer.run_all()
    db.session.remove()
    return final, demanded


def test_an_ended_log_is_served_from_where_it_stands(
    client: FlaskClient, ended: tuple[bytes, policy.Policy], settings: Settings
) -> None:
    final, demanded = ended
    page = client.get("/log/former/1").text
    assert "The key &lt;was&gt; stolen." in page
    assert "log_succession" in page
    assert "ipplatform.example/log" in client.get("/log/keys").text
    assert client.get("/log/former/1/checkpoint").data == final
    trusted = policy.parse(client.get("/log/former/1/policy").text)
    assert trusted.logs == demanded.logs
    assert checkpoint.open_signed(final, settings.origin, trusted.logs).size == 300
    tile = client.get("/log/former/1/tile/0/000")
    assert len(tile.data) == 8192
    assert "immutable" in tile.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["2", "99999999999", "1/tile/0/005", "1/tile/../../keys/data.key", "1/tile/x"])
def test_what_is_not_there_is_not_found(client: FlaskClient, ended: tuple[bytes, policy.Policy], path: str) -> None:
    assert client.get(f"/log/former/{path}").status_code == 404
