from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from ipplatform.domain.evidence import keys, publish, queries, recovery, sequencer, signer
from ipplatform.domain.evidence.formats import checkpoint, merkle, tiles
from ipplatform.domain.evidence.models import LogLeaf, LogState, LogTile, Record
from ipplatform.foundation.db import db, transaction
from tests.databases import both_databases
from tests.factories.evidence import append, make_record, make_records


def published(settings: Settings) -> checkpoint.Checkpoint:
    data = (settings.log_dir / "checkpoint").read_bytes()
    return checkpoint.open_signed(data, settings.origin, keys.verifier_keys())


def naive_root() -> bytes:
    with transaction(reads_only=True):
        rows = db.session.query(LogLeaf).order_by(LogLeaf.leaf_index).all()
        assert [row.leaf_index for row in rows] == list(range(len(rows)))
        hashes = [merkle.leaf_hash(row.entry) for row in rows]
    return merkle.root(len(hashes), lambda level, index: merkle.fold(hashes[index << level : (index + 1) << level]))


def roll_back_an_append() -> None:
    try:
        with transaction():
            append()
            raise RuntimeError
    except RuntimeError:
        pass


@both_databases
def test_pending_filings_get_their_place_in_order_and_a_signed_head(app: Flask, settings: Settings) -> None:
    records = make_records(5)
    assert sequencer.run_once() == 5
    assert [record.leaf_index for record in records] == [0, 1, 2, 3, 4]
    head = published(settings)
    assert (head.size, head.root) == (5, naive_root())
    for record in records:
        proved = queries.receipt(record).proof
        assert proved is not None
        merkle.verify_inclusion(merkle.leaf_hash(record.leaf), proved.index, 5, proved.path, head.root)


def test_an_empty_log_is_signed_and_publishes_no_tile(app: Flask, settings: Settings) -> None:
    assert sequencer.run_once() == 0
    assert published(settings).size == 0
    assert not (settings.log_dir / "tile").exists()


def test_nothing_new_signs_nothing_new(app: Flask, settings: Settings) -> None:
    make_record()
    sequencer.run_once()
    before = (settings.log_dir / "checkpoint").stat().st_mtime_ns
    assert sequencer.run_once() == 0
    assert (settings.log_dir / "checkpoint").stat().st_mtime_ns == before


@both_databases
def test_a_record_is_included_only_once_its_checkpoint_is_published(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = make_record()
    with monkeypatch.context() as patched:
        patched.setattr(sequencer, "publish_head", lambda _alone: None)
        sequencer.run_once()
    assert record.leaf_index == 0
    assert not queries.is_included(record)
    assert queries.inclusion_states([record.id]) == {record.id: queries.AWAITING}
    assert queries.receipt(record).proof is None
    sequencer.run_once()
    assert queries.is_included(record)
    assert queries.inclusion_states([record.id, 999]) == {record.id: queries.INCLUDED}


@both_databases
def test_a_rolled_back_filing_leaves_no_gap(app: Flask) -> None:
    make_record()
    roll_back_an_append()
    last = make_record()
    sequencer.run_once()
    assert last.leaf_index == 1


@both_databases
def test_batches_over_tile_borders_give_the_naive_root(app: Flask, settings: Settings) -> None:
    for many in (1, 254, 1, 1, 300):
        make_records(many)
        sequencer.run_once()
        assert published(settings).root == naive_root()
    recovery.check_at_start()


def test_published_tiles_are_those_of_the_specification_and_partials_go(app: Flask, settings: Settings) -> None:
    for many in (3, 250, 10):
        make_records(many)
        sequencer.run_once()
    files = {str(path.relative_to(settings.log_dir)) for path in settings.log_dir.rglob("*") if path.is_file()}
    assert files == {
        "checkpoint",
        "policy",
        "tile/0/000",
        "tile/0/001.p/7",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/7",
    }
    assert (settings.log_dir / "tile/0/000").stat().st_size == 8192
    entries = tiles.decode_entries((settings.log_dir / "tile/entries/000").read_bytes())
    assert len(entries) == 256


def test_a_backlog_beyond_one_batch_is_worked_off(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencer, "BATCH", 7)
    make_records(20)
    assert sequencer.run_all() == 20
    with transaction(reads_only=True):
        assert queries.published_size() == 20


def test_a_second_sequencer_waits(app: Flask, settings: Settings) -> None:
    settings.signer_dir.mkdir(parents=True, exist_ok=True)
    with open(settings.signer_dir / sequencer.LOCK_FILE, "a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(sequencer.Busy):
            sequencer.run_once()


@both_databases
def test_a_changed_tile_halts_before_anything_is_signed(app: Flask, settings: Settings) -> None:
    make_records(3)
    sequencer.run_once()
    with transaction():
        tile = db.session.get_one(LogTile, (0, 0))
        tile.data = bytes([tile.data[0] ^ 1]) + tile.data[1:]
    make_record()
    with pytest.raises(sequencer.Halt, match="log fsck"):
        sequencer.run_once()
    assert published(settings).size == 3
    with transaction(reads_only=True):
        state = db.session.get_one(LogState, 1)
        assert state.size == 3
        assert state.halted_reason is not None
    with pytest.raises(sequencer.Halt):
        recovery.check_at_start()


def test_a_changed_published_tile_halts(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    make_records(3)
    with monkeypatch.context() as patched:
        patched.setattr(publish, "checkpoint", lambda note, **_more: (_ for _ in ()).throw(OSError("disk is full")))
        with pytest.raises(sequencer.Halt, match="disk is full"):
            sequencer.run_once()
    path = settings.log_dir / "tile/0/000.p/3"
    path.write_bytes(b"x" + path.read_bytes()[1:])
    with pytest.raises(sequencer.Halt, match="other bytes"):
        sequencer.run_once()


def test_after_repair_the_reason_of_the_halt_goes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    make_record()
    with monkeypatch.context() as patched:
        patched.setattr(publish, "checkpoint", lambda note, **_more: (_ for _ in ()).throw(OSError("disk is full")))
        with pytest.raises(sequencer.Halt):
            sequencer.run_once()
    sequencer.run_once()
    with transaction(reads_only=True):
        assert db.session.get_one(LogState, 1).halted_reason is None


def test_another_origin_is_refused(app: Flask) -> None:
    make_record()
    sequencer.run_once()
    with transaction():
        db.session.get_one(LogState, 1).origin = "other.example/log"
    make_record()
    with pytest.raises(sequencer.Halt, match="LOG_ORIGIN"):
        sequencer.run_once()


def backup(settings: Settings, tmp_path: Path) -> Path:
    db.session.remove()
    db.engine.dispose()
    copy = tmp_path / "backup"
    copy.mkdir()
    for file in settings.data_dir.glob("ipplatform.sqlite3*"):
        shutil.copy(file, copy)
    return copy


def restore(settings: Settings, copy: Path) -> None:
    db.session.remove()
    db.engine.dispose()
    for file in settings.data_dir.glob("ipplatform.sqlite3*"):
        file.unlink()
    for file in copy.iterdir():
        shutil.copy(file, settings.data_dir)


def test_a_restored_backup_cannot_fork_the_log_and_is_replayed_from_the_tiles(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    make_records(300)
    sequencer.run_once()
    copy = backup(settings, tmp_path)
    make_records(5)
    sequencer.run_once()
    head = published(settings)
    restore(settings, copy)
    with pytest.raises(sequencer.Halt, match="log replay"):
        recovery.check_at_start()
    make_records(2)
    with pytest.raises(sequencer.Halt, match="log replay"):
        sequencer.run_once()
    assert published(settings) == head


def test_replay_brings_the_tail_back_and_links_the_records_that_are_left(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    make_records(300)
    sequencer.run_once()
    pending = make_record().public_id
    copy = backup(settings, tmp_path)
    make_records(5)
    sequencer.run_once()
    head = published(settings)
    restore(settings, copy)
    assert recovery.replay_tail() == recovery.Replayed(size=306, missing=6, orphans=5)
    with transaction(reads_only=True):
        record = queries.record_by_filing(pending)
        assert record is not None
        assert record.leaf_index == 300
        assert queries.is_included(record)
    late = make_record()
    sequencer.run_once()
    assert late.leaf_index == 306
    assert published(settings).size == 307
    assert head.size == 306
    recovery.check_at_start()


def test_a_signer_without_memory_adopts_the_published_checkpoint_only_when_told(app: Flask, settings: Settings) -> None:
    make_records(2)
    sequencer.run_once()
    (settings.signer_dir / signer.HEAD_FILE).unlink()
    make_record()
    with pytest.raises(sequencer.Halt, match="log adopt"):
        sequencer.run_once()
    assert recovery.adopt().size == 2
    with pytest.raises(sequencer.Halt, match="nothing to adopt"):
        recovery.adopt()
    sequencer.run_once()
    assert published(settings).size == 3


def test_no_column_of_a_pending_record_changes_but_its_index(app: Flask) -> None:
    record = make_record()
    columns = [column.key for column in Record.__table__.columns if column.key != "leaf_index"]
    before = {name: getattr(record, name) for name in columns}
    sequencer.run_once()
    db.session.expire_all()
    assert {name: getattr(record, name) for name in columns} == before
