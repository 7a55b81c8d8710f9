"""A record is erased, the log moves to a new origin, and a backup from before both comes back."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from config import Settings
from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.assets.models import Document
from ipplatform.domain.evidence import keys, queries, recovery, sequencer
from ipplatform.domain.evidence.bundle import archive, contents
from ipplatform.domain.evidence.bundle.reader import Bundle
from ipplatform.domain.evidence.erasure.models import ErasureRequest
from ipplatform.domain.evidence.formats import tiles
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.succession import anchors
from ipplatform.domain.evidence.succession import services as succession
from ipplatform.domain.evidence.succession.models import FormerEntry, FormerLog
from ipplatform.domain.evidence.verify import VERIFIED, outcome, verify
from ipplatform.foundation import jobs, storage
from ipplatform.foundation.db import db, transaction
from tests.backups import Backup
from tests.databases import both_databases
from tests.factories.erasure import Scene, make_scene, registered
from tests.trials.test_mutations import findings

DRAWING = b"the drawing nobody may see again " * 40
SECOND, THIRD = "second.example/log", "third.example/log"


@dataclass
class World:
    """An installation with two filings: `erased` has been asked to be erased, and one registrar has approved."""

    app: Flask
    folder: Path
    scene: Scene
    erased: str
    kept: str
    file: str

    @property
    def settings(self) -> Settings:
        settings: Settings = self.app.config["SETTINGS"]
        return settings

    def erase(self) -> None:
        request = db.session.scalars(select(ErasureRequest)).one()
        self.scene.approve(request, 1)
        sequencer.run_all()
        jobs.run_all()
        assert not storage.path_of(self.file).exists()

    def move(self, origin: str) -> None:
        """As docs/operators/keys.md tells: freeze, a new name and place, succeed, the sequencer."""
        succession.freeze(actor=SYSTEM, reason="the key was stolen")
        self.app.config["SETTINGS"] = replace(
            self.settings, origin=origin, log_store=str(self.folder / origin.partition(".")[0])
        )
        succession.succeed(actor=SYSTEM)
        sequencer.run_all()

    def restore(self, old: Backup) -> None:
        old.restore(self.settings)
        assert storage.path_of(self.file).exists()
        restored = queries.record_by_filing(self.erased)
        assert restored is not None
        assert restored.manifest is not None
        db.session.remove()

    def run(self, *command: str) -> Result:
        return self.app.test_cli_runner().invoke(args=list(command))


@pytest.fixture
def world(app: Flask, tmp_path: Path) -> World:
    scene = make_scene()
    erased, kept = registered(scene, drawing=DRAWING), registered(scene, title="Another plate")
    scene.approve(scene.ask(erased), 0)
    file = db.session.scalars(select(Document.storage_key)).one()
    return World(app, tmp_path, scene, erased.public_id, kept.public_id, file)


def verified(filing: str) -> list[str]:
    with transaction(reads_only=True):
        record = queries.record_by_filing(filing)
        assert record is not None
        data = b"".join(archive.stream(contents.members(record, with_filing=True)))
    with Bundle(io.BytesIO(data)) as bundle:
        checks = list(verify(bundle, keys.policy()))
    assert outcome(checks) == VERIFIED, [check.line for check in checks]
    return [check.line for check in checks]


def assert_erased_again(world: World) -> None:
    assert not storage.path_of(world.file).exists()
    with transaction(reads_only=True):
        found = queries.record_by_filing(world.erased)
        assert found is not None
        assert (found.manifest, found.salt) == (None, None)
        assert db.session.scalars(select(ErasureRequest.state)).all() == ["completed"]
    assert any(line.startswith("ok       erasure: ") for line in verified(world.erased))
    assert any("former log: the same filing was entry" in line for line in verified(world.kept))
    assert findings() == []


@both_databases
@pytest.mark.parametrize("origins", [(SECOND,), (SECOND, THIRD)], ids=["one", "two"])
def test_the_database_follows_the_log_and_the_bytes_are_destroyed_again(
    world: World, backup: Callable[[], Backup], origins: tuple[str, ...]
) -> None:
    old = backup()
    world.erase()
    for origin in origins:
        world.move(origin)
    size, root = queries.published_size(), queries.latest_checkpoint().root  # type: ignore[union-attr]
    world.restore(old)

    early = world.run("erasure", "replay")
    assert early.exit_code == 1
    assert "Run `ipplatform log replay-tail` first" in early.output
    assert "Nothing was destroyed." in early.output
    assert storage.path_of(world.file).exists()

    followed = world.run("log", "replay-tail")
    assert followed.exit_code == 0, followed.output
    assert "the database was from before ipplatform.example/log ended" in followed.output
    assert ("the database was from before second.example/log ended" in followed.output) == (THIRD in origins)
    recovery.check_at_start()
    with transaction(reads_only=True):
        assert (queries.published_size(), queries.latest_checkpoint().root) == (size, root)  # type: ignore[union-attr]
        assert db.session.query(FormerLog).count() == len(origins)

    done = world.run("erasure", "replay")
    assert done.exit_code == 0, done.output
    assert "1 erasures replayed; 1 erase records came back; 2 filings had content again" in done.output
    assert "stood only in a log that ended" not in done.output
    assert sequencer.run_all() == 0
    assert_erased_again(world)
    again = world.run("erasure", "replay")
    assert "1 erasures replayed; 0 erase records came back; 0 filings had content again" in again.output


@both_databases
def test_a_log_that_moved_before_the_replay_gets_the_erase_entry_of_the_ended_one(
    world: World, backup: Callable[[], Backup]
) -> None:
    """The restored database took its tail back and moved on; only then somebody thinks of the erasures."""
    old = backup()
    world.erase()
    world.restore(old)
    assert world.run("log", "replay-tail").exit_code == 0
    world.move(SECOND)

    done = world.run("erasure", "replay")
    assert done.exit_code == 0, done.output
    assert "1 erase records came back; 2 filings had content again" in done.output
    assert "1 of those erase records stood only in a log that ended; the sequencer enters them" in done.output
    assert sequencer.run_all() == 1
    with transaction(reads_only=True):
        erase = db.session.scalars(select(Record).where(Record.kind == "erasure")).one()
        assert db.session.query(FormerEntry).filter_by(record_id=erase.id).count() == 1
    assert_erased_again(world)


def test_a_journal_entry_that_neither_log_holds_destroys_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def power_cut(*_args: object) -> None:
        raise OSError("power cut before the commit")

    with monkeypatch.context() as crashing:
        crashing.setattr("ipplatform.domain.evidence.erasure.destroying.destroy", power_cut)
        with pytest.raises(OSError, match="power cut"):
            world.scene.approve(db.session.scalars(select(ErasureRequest)).one(), 1)
    db.session.remove()
    world.move(SECOND)
    done = world.run("erasure", "replay")
    assert done.exit_code == 1
    assert "in no log, so nothing was destroyed; have it decided again" in done.output
    assert storage.path_of(world.file).exists()
    assert verified(world.erased)


def test_without_what_leads_to_the_new_log_the_operator_is_told_and_nothing_changes(
    world: World, backup: Callable[[], Backup]
) -> None:
    old = backup()
    world.erase()
    world.move(SECOND)
    kept = anchors.path_of(1).read_bytes()
    world.restore(old)
    for content, said in (
        (None, "put "),
        (kept.replace(b"stolen", b"st0len"), "was changed"),
        (b"{}", "cannot be read"),
    ):
        anchors.path_of(1).unlink(missing_ok=True)
        if content is not None:
            anchors.path_of(1).write_bytes(content)
        told = world.run("log", "replay-tail")
        assert told.exit_code == 1
        assert said in told.output
        assert "Nothing was changed." in told.output
        with transaction(reads_only=True):
            assert db.session.query(FormerLog).count() == 0
            assert queries.state().origin == "ipplatform.example/log"  # type: ignore[union-attr]
    anchors.path_of(1).write_bytes(kept)
    assert world.run("log", "replay-tail").exit_code == 0
    assert world.run("erasure", "replay").exit_code == 0
    assert_erased_again(world)


def test_files_of_the_ended_log_that_are_damaged_stop_the_replay(world: World, backup: Callable[[], Backup]) -> None:
    old = backup()
    world.erase()
    world.restore(old)
    world.run("log", "replay-tail")
    place, size = world.settings.log_dir, queries.published_size()
    world.move(SECOND)
    path = place / tiles.Tile(tiles.ENTRIES, 0, size).path
    whole = path.read_bytes()
    for damage in (whole[:-3], None):
        path.unlink()
        if damage is not None:
            path.write_bytes(damage)
        told = world.run("erasure", "replay")
        assert told.exit_code == 1
        assert "published files of ipplatform.example/log, which ended" in told.output
        assert "Nothing was destroyed." in told.output
        assert storage.path_of(world.file).exists()
        path.write_bytes(whole)
    assert world.run("erasure", "replay").exit_code == 0
    sequencer.run_all()
    assert_erased_again(world)


def test_setup_keeps_what_an_earlier_version_did_not(world: World) -> None:
    world.move(SECOND)
    kept = anchors.path_of(1).read_bytes()
    anchors.path_of(1).unlink()
    with transaction(reads_only=True):
        anchors.write_missing()
    assert anchors.path_of(1).read_bytes() == kept


def test_the_audit_names_a_changed_file_that_leads_to_the_new_log(world: World) -> None:
    world.move(SECOND)
    path = anchors.path_of(1)
    kept = path.read_bytes()
    ended = json.loads(kept)["ended_at"].encode()
    assert findings() == []
    for part, other in ((ended, b"2020-01-01T00:00:00+00:00"), (b"stolen", b"st0len"), (b'"salt"', b'"sald"')):
        path.write_bytes(kept.replace(part, other))
        assert "former log ipplatform.example/log" in {finding.record for finding in findings()}, part
