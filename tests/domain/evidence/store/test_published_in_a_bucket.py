"""The log published in a bucket: served from there, stopped by what differs there, continued after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace

import obstore
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, update

from config import Settings
from ipplatform.domain.evidence import fsck, keys, queries, recovery, sequencer, signer
from ipplatform.domain.evidence.formats import checkpoint
from ipplatform.domain.evidence.models import LogCheckpoint, LogLeaf, LogState, LogTile, Record
from ipplatform.domain.evidence.store.bucket import Bucket
from ipplatform.foundation.db import db, transaction
from tests.buckets import Place
from tests.domain.evidence import crashing
from tests.factories.evidence import make_records
from tests.processes import ROOT


@pytest.fixture
def settings(settings: Settings, bucket: Place) -> Settings:
    return replace(settings, log_store=bucket.address)


@pytest.fixture
def store(bucket: Place) -> Bucket:
    return Bucket(bucket.address)


def head(store: Bucket, settings: Settings) -> checkpoint.Checkpoint:
    return checkpoint.open_signed(store.read("checkpoint") or b"", settings.origin, keys.verifier_keys())


def test_the_log_is_served_from_the_bucket_with_its_caching(
    app: Flask, client: FlaskClient, settings: Settings, store: Bucket
) -> None:
    make_records(300)
    sequencer.run_once()
    assert not (settings.data_dir / "log").exists()
    served = {
        "checkpoint": "public, max-age=2",
        "policy": "public, max-age=3600",
        "tile/0/001.p/44": "public, max-age=31536000, immutable",
        "tile/entries/000": "public, max-age=31536000, immutable",
    }
    for path, caching in served.items():
        answer = client.get(f"/log/{path}")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, caching)
        assert answer.data == store.read(path)
    assert client.get("/log/tile/0/777").status_code == 404
    assert head(store, settings).size == 300
    assert list(fsck.differences()) == []


def test_a_file_that_differs_in_the_bucket_stops_the_sequencer_and_is_named(
    app: Flask, settings: Settings, store: Bucket
) -> None:
    make_records(3)
    sequencer.run_once()
    obstore.put(store._store, "tile/entries/000.p/5", b"put there by somebody else")
    make_records(2)
    with pytest.raises(sequencer.Halt, match=r"s3://.*tile/entries/000\.p/5 has other bytes"):
        sequencer.run_once()
    assert head(store, settings).size == 3
    assert "tile/entries/000.p/5" in [item.record for item in fsck.differences()]


def test_a_bucket_that_does_not_answer_stops_the_sequencer_and_nothing_is_lost(
    app: Flask, settings: Settings, bucket: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_records(3)
    with monkeypatch.context() as patched:
        patched.setitem(app.config, "SETTINGS", replace(settings, log_store="s3://nowhere/log"))
        with pytest.raises(sequencer.Halt, match="Storage failed: s3://nowhere"):
            sequencer.run_once()
    sequencer.run_once()
    assert head(Bucket(bucket.address), settings).size == 3


def test_an_older_database_takes_its_tail_back_from_the_bucket(app: Flask, settings: Settings, store: Bucket) -> None:
    make_records(260)
    sequencer.run_once()
    make_records(5)
    sequencer.run_once()
    newest = head(store, settings)
    take_the_database_back(260)
    with pytest.raises(sequencer.Halt, match="log replay-tail"):
        recovery.check_at_start()
    assert recovery.replay_tail() == recovery.Replayed(size=265, missing=5, orphans=5)
    make_records(1)
    sequencer.run_once()
    assert (newest.size, head(store, settings).size) == (265, 266)
    recovery.check_at_start()


def take_the_database_back(size: int) -> None:
    """To when `size` entries were published, as a backup of then would; all of them fit into tiles 0 and 1."""
    with transaction():
        db.session.execute(delete(LogCheckpoint).where(LogCheckpoint.size > size))
        db.session.execute(delete(LogLeaf).where(LogLeaf.leaf_index >= size))
        db.session.execute(delete(Record).where(Record.leaf_index >= size))
        short = db.session.get_one(LogTile, (0, 1))
        short.data = short.data[: (size - 256) * 32]
        root = db.session.get_one(LogCheckpoint, size).root
        db.session.execute(update(LogState).values(size=size, published_size=size, root=root))


@pytest.mark.slow
def test_after_a_kill_the_next_run_continues_in_the_bucket(
    app: Flask, settings: Settings, bucket: Place, store: Bucket
) -> None:
    make_records(250)
    sequencer.run_once()
    make_records(12)
    db.session.remove()
    db.engine.dispose()
    killed = subprocess.run(
        [sys.executable, "-m", crashing.__name__, "replace", "after", str(settings.data_dir), settings.database_url],
        cwd=ROOT, env={**os.environ, **bucket.environment}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert head(store, settings).size == 262
    recovery.check_at_start()
    make_records(3)
    sequencer.run_all()
    found = head(store, settings)
    assert (found.size, signer.head()) == (265, signer.Head(found.size, found.root))
    with transaction(reads_only=True):
        assert queries.published_size() == 265
    assert list(fsck.differences()) == []
