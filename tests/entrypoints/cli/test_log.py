from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from config import Settings
from ipplatform.domain.evidence import keys, sequencer, signer
from ipplatform.domain.evidence.models import LogCheckpoint, LogLeaf, LogState
from ipplatform.foundation.db import db, transaction
from tests.factories.evidence import make_record, make_records


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def output(runner: FlaskCliRunner, *arguments: str) -> str:
    return runner.invoke(args=["log", *arguments]).output


def test_status_tells_what_is_published_signed_and_waiting(runner: FlaskCliRunner, settings: Settings) -> None:
    before = output(runner, "status")
    assert "0 entries" in before
    assert "last checkpoint: none yet" in before
    make_records(2)
    assert "waiting: 2, the oldest for " in output(runner, "status")
    runner.invoke(args=["sequencer", "--once"])
    after = output(runner, "status")
    assert "2 entries, 2 in the published checkpoint" in after
    assert f"published at {settings.log_dir}: 2 entries" in after
    assert "signer's last head: 2 entries" in after
    assert after.endswith("waiting: 0\n")


def test_status_says_in_words_what_is_wrong_with_signer_and_published_files(
    runner: FlaskCliRunner, settings: Settings
) -> None:
    make_record()
    sequencer.run_once()
    (settings.signer_dir / signer.HEAD_FILE).write_text("{}")
    (settings.log_dir / "checkpoint").write_text("nonsense")
    told = output(runner, "status")
    assert "signer's last head: The signer's memory" in told
    assert "0 entries" not in told
    assert "Error" not in told


def test_status_as_json_is_for_monitoring(runner: FlaskCliRunner) -> None:
    make_record()
    sequencer.run_once()
    make_record()
    assert "nothing to adopt" in output(runner, "adopt")
    told = json.loads(output(runner, "status", "--json"))
    assert (told["size"], told["published_size"], told["pending"]) == (1, 1, 1)
    assert (told["signer"], told["published"]) == (1, 1)
    assert told["waiting_seconds"] >= 0
    assert told["halted_reason"].startswith("The signer has its memory")
    assert "HALTED since" in output(runner, "status")


def test_fsck_is_content_with_a_whole_log_even_an_empty_one(runner: FlaskCliRunner) -> None:
    assert runner.invoke(args=["log", "fsck"]).exit_code == 0
    make_records(300)
    sequencer.run_once()
    make_records(3)
    ended = runner.invoke(args=["log", "fsck"])
    assert (ended.exit_code, ended.output.startswith("no difference")) == (0, True)


def test_fsck_names_each_difference_and_changes_nothing(runner: FlaskCliRunner, settings: Settings) -> None:
    make_records(3)
    sequencer.run_once()
    tile = settings.log_dir / "tile/0/000.p/3"
    tile.write_bytes(b"x" + tile.read_bytes()[1:])
    with transaction():
        db.session.get_one(LogLeaf, 1).entry = b"{}"
    ended = runner.invoke(args=["log", "fsck"])
    assert ended.exit_code == 1
    assert "tile/0/000.p/3: published file" in ended.output
    assert "log_leaf.entry 1" in ended.output
    assert runner.invoke(args=["log", "fsck"]).output == ended.output


def test_fsck_tells_an_older_database_and_older_published_files_apart(
    runner: FlaskCliRunner, settings: Settings
) -> None:
    make_record()
    sequencer.run_once()
    older = (settings.log_dir / "checkpoint").read_bytes()
    make_record()
    sequencer.run_once()
    newer = (settings.log_dir / "checkpoint").read_bytes()
    (settings.log_dir / "checkpoint").write_bytes(older)
    assert "published checkpoint: size: expected at least 2" in output(runner, "fsck")
    (settings.log_dir / "checkpoint").write_bytes(newer)
    with transaction():
        db.session.delete(db.session.get_one(LogCheckpoint, 2))
        state = db.session.get_one(LogState, 1)
        state.published_size, state.size = 1, 1
    told = output(runner, "fsck")
    assert "at least 2, which the signer signed, found 1" in told
    assert "at least 2, which is published, found 1" in told


def test_init_shows_the_policy_and_the_ways_back_tell_when_there_is_nothing_to_do(runner: FlaskCliRunner) -> None:
    assert keys.policy().text in output(runner, "init")
    assert "nothing to write" in output(runner, "republish")
    make_record()
    sequencer.run_once()
    assert "0 entries came back, 1 are in the log" in output(runner, "replay-tail")
    assert "1 entries are published" in output(runner, "republish")
