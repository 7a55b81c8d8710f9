from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config import Settings
from ipplatform.domain.evidence import keys, sequencer
from ipplatform.domain.evidence.formats import checkpoint, tiles
from ipplatform.domain.evidence.models import LogState
from ipplatform.foundation.db import db, transaction
from tests.factories.evidence import make_records
from tests.statements import statements


def test_the_log_is_served_as_files_that_anybody_may_keep(client: FlaskClient, settings: Settings) -> None:
    make_records(300)
    sequencer.run_once()
    head = client.get("/log/checkpoint")
    assert head.mimetype == "text/plain"
    assert "max-age=2" in head.headers["Cache-Control"]
    assert head.headers["Access-Control-Allow-Origin"] == "*"
    assert checkpoint.open_signed(head.data, settings.origin, keys.verifier_keys()).size == 300
    for path in ("tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"):
        answer = client.get(f"/log/{path}")
        assert answer.status_code == 200, path
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.data == (settings.log_dir / path).read_bytes()
    assert len(tiles.decode_entries(client.get("/log/tile/entries/000").data)) == 256
    assert client.get("/log/policy").text == keys.policy().text


def test_an_unchanged_checkpoint_is_not_sent_again(client: FlaskClient) -> None:
    make_records(1)
    sequencer.run_once()
    tag = client.get("/log/checkpoint").headers["ETag"]
    assert client.get("/log/checkpoint", headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    "path",
    ["tile/0/999", "tile/0/000.p/2", "tile/0/0", "tile/../checkpoint", "tile/0/%2e%2e/000", "tile/", "tile/entries/x"],
)
def test_nothing_but_tiles_is_served(client: FlaskClient, path: str) -> None:
    make_records(1)
    sequencer.run_once()
    assert client.get(f"/log/{path}").status_code == 404


def test_there_is_no_checkpoint_before_the_first(client: FlaskClient) -> None:
    assert client.get("/log/checkpoint").status_code == 404
    assert "no signed head yet" in client.get("/log").text


def test_the_page_shows_the_head_and_the_key(client: FlaskClient) -> None:
    make_records(2)
    sequencer.run_once()
    with statements() as sent:
        page = client.get("/log")
    assert page.status_code == 200
    assert keys.policy().logs[0].vkey in page.text
    assert len(sent) <= 4


def test_the_page_says_when_the_log_stands_still(app: Flask, client: FlaskClient) -> None:
    make_records(1)
    sequencer.run_once()
    with transaction():
        db.session.get_one(LogState, 1).halted_reason = "the disk is full"
    page = client.get("/log").text
    assert "stands still" in page
    assert "disk is full" not in page
