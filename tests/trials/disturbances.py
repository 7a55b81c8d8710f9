"""What befalls a log beside kill -9: a full disk, restored backups, flipped bits under a sequencer at work, a wrong clock."""

from __future__ import annotations

import base64
import os
import resource
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import Mock

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from config import Settings
from ipplatform.domain.evidence import fsck, keys, recovery, sequencer, signer
from ipplatform.domain.evidence.models import LogState, Record
from ipplatform.foundation import settings
from ipplatform.foundation.db import db, transaction
from tests.factories.evidence import make_records
from tests.processes import ROOT
from tests.trials import kills, mutations
from tests.trials.crashes import Log, for_a_fork, patiently
from tests.trials.stored import Refused, Tables
from tests.trials.test_mutations import findings

# Where the disk may be full: the step of the sequence (tests/domain/evidence/crashing.py) that writes there.
WRITING = {"tiles": (sequencer.publish, "tiles_between"), "checkpoint": (sequencer.publish, "checkpoint"),
           "signer's memory": (signer, "remember")}  # fmt: skip
EVERYTHING = "everything"
FULL_PLACES = (*WRITING, EVERYTHING)
HALTED, UNREACHABLE = 3, 4


def disk_full(*, cycles: int, seed: int) -> tuple[Log, dict[str, int]]:
    """The kernel refuses to let files grow beyond some bytes, in one place or everywhere; then there is room again."""
    random, log, ended = Random(seed), Log(), {"halted": 0, "went on": 0, "database refused": 0}
    log.file(250)
    log.go_on()
    for number in range(cycles):
        log.file(random.randint(1, 30))
        place = FULL_PLACES[number % len(FULL_PLACES)]
        room = random.choice([0, 1, random.randint(2, 300), random.randint(300, 9000)])
        code = _with_room(place, room)
        name = {0: "went on", HALTED: "halted", UNREACHABLE: "database refused"}.get(code)
        if name is None:
            log.faults.append(f"with {room} bytes for {place} the sequencer ended with {code}")
        else:
            ended[name] += 1
        log.look()
        if code == HALTED and "Storage failed" not in (_reason() or ""):
            log.faults.append(f"halted without saying that storage failed: {_reason()}")
        log.faults += [f"left behind: {path}" for path in _unfinished()]
        log.go_on()
    log.examine()
    return log, ended


def _with_room(place: str, room: int) -> int:
    """A sequencer of its own whose files may only have `room` bytes; the code it ended with."""
    for_a_fork()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process == 0:
        code = 1
        try:
            db.engine.dispose(close=False)
            # Its log is on another disk: the limit would hit the file in which pytest keeps what is printed.
            for module in (sequencer, signer, sequencer.publish):
                module.log = Mock()
            code = _run_with_room(place, room)
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _run_with_room(place: str, room: int) -> int:
    if place in WRITING:
        owner, name = WRITING[place]
        original: Callable[..., Any] = getattr(owner, name)

        def confined(*args: Any, **more: Any) -> Any:
            with _limited(room):
                return original(*args, **more)

        setattr(owner, name, confined)
    try:
        with _limited(room if place == EVERYTHING else resource.RLIM_INFINITY):
            patiently(sequencer.run_once)
    except sequencer.Halt:
        return HALTED
    except OperationalError:
        return UNREACHABLE
    return 0


@contextmanager
def _limited(room: int) -> Iterator[None]:
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def _reason() -> str | None:
    with transaction(reads_only=True):
        return db.session.scalar(select(LogState.halted_reason))


def _unfinished() -> list[Path]:
    current = settings.current()
    return [path for folder in (current.log_dir, current.signer_dir) for path in folder.rglob("*.part")]


# Restored backups


DATABASE, PUBLISHED, SIGNER = "database", "published files", "signer's memory"
PARTS = (DATABASE, PUBLISHED, SIGNER)
# Nobody has the entries of the newest signed head any more: it must not go on.
LOST = {DATABASE, PUBLISHED}


class Backup:
    """Copies of the three stores; `copy_database` and `put_database` are the database's own way."""

    def __init__(self, folder: Path, copy: Callable[[str], None], put: Callable[[str], None]) -> None:
        self._folder, self._copy, self._put = folder, copy, put

    def take(self, name: str) -> None:
        for_a_fork()
        self._copy(name)
        for part, source in self._folders().items():
            shutil.rmtree(self._folder / name / part, ignore_errors=True)
            shutil.copytree(source, self._folder / name / part)

    def put_back(self, name: str, part: str) -> None:
        for_a_fork()
        if part == DATABASE:
            self._put(name)
            return
        target = self._folders()[part]
        shutil.rmtree(target)
        shutil.copytree(self._folder / name / part, target)

    def _folders(self) -> dict[str, Path]:
        return {PUBLISHED: settings.current().log_dir, SIGNER: settings.current().signer_dir}


def of_sqlite(settings: Settings, folder: Path) -> Backup:
    def copy(name: str) -> None:
        (folder / name).mkdir(parents=True, exist_ok=True)
        for file in settings.data_dir.glob("ipplatform.sqlite3*"):
            shutil.copy(file, folder / name / file.name)

    def put(name: str) -> None:
        for file in settings.data_dir.glob("ipplatform.sqlite3*"):
            file.unlink()
        for file in (folder / name).glob("ipplatform.sqlite3*"):
            shutil.copy(file, settings.data_dir)

    return Backup(folder, copy, put)


@dataclass
class Restored(Log):
    """A database put back knows less than was filed; so the trial itself remembers every entry."""

    entries: set[bytes] = field(default_factory=set)

    def file(self, many: int) -> None:
        identities = [record.id for record in make_records(many)]
        self.entries |= {
            bytes(leaf) for leaf in db.session.scalars(select(Record.leaf).where(Record.id.in_(identities)))
        }
        self.filed += many
        db.session.remove()

    def look(self) -> None:
        """A signer's memory put back may be behind what is published until it signs the next head."""
        head = keys.open_checkpoint((settings.current().log_dir / "checkpoint").read_bytes())
        if self.heads.setdefault(head.size, head.root) != head.root:
            self.faults.append(f"two heads of size {head.size}")
        if head.size < max(self.heads):
            self.faults.append(f"a head of size {head.size} is published after one of {max(self.heads)}")

    def examine(self) -> None:
        size = max(self.heads)
        published = kills.published_entries(settings.current().log_dir / "tile" / "entries", size)
        if len(published) != len(set(published)) or set(published) != self.entries:
            self.faults.append(f"{len(set(published))} of {len(published)} published entries for {self.filed} filings")
        for seen, root in self.heads.items():
            if kills.root(published[:seen]) != root:
                self.faults.append(f"the head of size {seen} does not follow from the published entries")


def restored_backups(backup: Backup, *, rounds: int, seed: int) -> tuple[Log, dict[str, int]]:
    """Every mixture of old and new stores but the one where all three are old, in turn; the words of a halt are followed."""
    random, log = Random(seed), Restored()
    done = {"went on": 0, "replay-tail": 0, "republish": 0, "stood still": 0}
    mixtures = [{DATABASE}, {PUBLISHED}, {SIGNER}, {DATABASE, PUBLISHED}, {DATABASE, SIGNER}, {PUBLISHED, SIGNER}]
    log.file(250)
    log.go_on()
    for number in range(rounds):
        old = mixtures[number % len(mixtures)]
        backup.take("old")
        log.file(random.choice([1, random.randint(2, 40), 300 if number == 0 else 3]))
        log.go_on()
        backup.take("new")
        for part in old:
            backup.put_back("old", part)
        if old == LOST:
            log.file(1)
            _stands_still(log, done)
            backup.put_back("new", PUBLISHED)
        _follow_the_words(log, done, old)
        log.file(random.randint(1, 20))
        log.go_on()
    log.examine()
    return log, done


def _stands_still(log: Log, done: dict[str, int]) -> None:
    before = keys.open_checkpoint((settings.current().log_dir / "checkpoint").read_bytes())
    for attempt in (recovery.check_at_start, sequencer.run_all, recovery.replay_tail, recovery.republish):
        try:
            patiently(attempt)
            if attempt is not recovery.republish:
                log.faults.append(f"{attempt.__name__} went on without the entries of the newest head")
        except sequencer.Halt:
            done["stood still"] += 1
    if keys.open_checkpoint((settings.current().log_dir / "checkpoint").read_bytes()) != before:
        log.faults.append("a head was published without the entries of the newest one")


def _follow_the_words(log: Log, done: dict[str, int], old: set[str]) -> None:
    remedies: dict[str, Callable[[], Any]] = {"replay-tail": recovery.replay_tail, "republish": recovery.republish}
    for _ in range(4):
        try:
            patiently(recovery.check_at_start)
            patiently(sequencer.run_all)
            log.look()
            done["went on"] += 1
            return
        except sequencer.Halt as halt:
            named = next((name for name in remedies if f"log {name}" in str(halt)), None)
            if named is None:
                log.faults.append(f"with old {sorted(old)} nothing is advised: {halt}")
                return
            patiently(remedies[named])
            done[named] += 1
    log.faults.append(f"with old {sorted(old)} it does not go on")


# Flipped bits


LOG_COLUMNS = (
    ("evidence_record", "leaf"), ("log_leaf", "entry"), ("log_leaf", "leaf_index"), ("log_tile", "data"),
    ("log_tile", "number"), ("log_tile", "level"), ("log_state", "origin"), ("log_state", "size"), ("log_state", "root"),
    ("log_state", "published_size"), ("log_checkpoint", "size"), ("log_checkpoint", "root"), ("log_checkpoint", "note"),
)  # fmt: skip
LOG_FOLDERS = ("log", "signer", "keys")


def flipped_bits(tables: Tables, installed: Settings, *, flips: int, seed: int) -> tuple[Log, dict[str, int]]:
    """Beneath the sequencer, in every table and file of the log: it stops and says so, or fsck or the audit names it.

    What the sequencer has written anew meanwhile, or no longer needs, counts for itself.
    """
    random, log = Random(seed), Log()
    seen = {"halted": 0, "went on": 0, "written anew": 0, "not named": 0}
    for many in (3, 250, 30, 7):
        log.file(many)
        log.go_on()
    every = [*LOG_COLUMNS, *((folder, "") for folder in LOG_FOLDERS)]
    for number in range(flips):
        mutation = _flip(tables, installed, *every[number % len(every)], random)
        if mutation is None:
            continue
        log.file(random.randint(1, 12))
        db.session.remove()
        halt = _attempt()
        seen["went on" if halt is None else "halted"] += 1
        named = mutations.is_named(mutation, [*fsck.differences(), *findings()])
        if not mutation.stands():
            seen["written anew"] += 1
        elif not named:
            seen["not named"] += 1
            log.faults.append(f"neither fsck nor the audit names {mutation}; the sequencer: {halt}")
        _take_back(mutation)
        log.go_on()
    log.examine()
    return log, seen


def _flip(tables: Tables, installed: Settings, table: str, column: str, random: Random) -> mutations.Mutation | None:
    """One that the table takes; of eight tries."""
    for _ in range(8):
        if column:
            made: mutations.Mutation | None = mutations.OfColumn.at(tables, table, column, random)
        else:
            made = mutations.OfFile.at(installed, tables, table, random)
        assert made is not None
        db.session.remove()
        try:
            made.apply()
        except Refused:
            continue
        return made
    return None


def _attempt() -> str | None:
    """What a sequencer that is started now says; None when it goes on."""
    try:
        patiently(recovery.check_at_start)
        patiently(sequencer.run_all)
    except (sequencer.Halt, OperationalError, ValueError) as error:
        return str(error)
    finally:
        db.session.remove()
    return None


def _take_back(mutation: mutations.Mutation) -> None:
    """But not where the sequencer has written anew meanwhile."""
    if mutation.stands():
        mutation.undo()


# A wrong clock


BACK_AND_FORWARD = ("-40d", "+400d", "-1d", "+0d")


def wrong_clock(installed: Settings, *, database_url: str, shifts: Sequence[str]) -> tuple[Log, list[int]]:
    """Sequencers in processes of their own whose clocks are set back and forward; what time each head states."""
    log = Log()
    log.file(3)
    log.go_on()
    stated = [_stated(installed.log_dir / "checkpoint")]
    for shift in shifts:
        log.file(3)
        for_a_fork()
        done = _sequence_at(shift, installed, database_url)
        said = done.stdout + done.stderr
        if done.returncode:
            log.faults.append(f"at {shift} it ended with {done.returncode}: {said}")
        log.look()
        stated.append(_stated(installed.log_dir / "checkpoint"))
        if ("the clock is behind" in said) != (stated[-1] == stated[-2]):
            log.faults.append(f"at {shift} it said: {said}")
    if stated != sorted(stated):
        log.faults.append(f"a stated time went back: {stated}")
    log.examine()
    return log, stated


def _sequence_at(shift: str, installed: Settings, database_url: str) -> subprocess.CompletedProcess[str]:
    command = ["faketime", "-f", shift, str(Path(sys.executable).parent / "ipplatform"), "sequencer", "--once"]
    environment = {
        **os.environ, "DATA_DIR": str(installed.data_dir), "DATABASE_URL": database_url, "LOG_LEVEL": "WARNING",
        "SECRET_KEY": "only for tests", "IPPLATFORM_ENVIRONMENT": "test", "DONT_FAKE_MONOTONIC": "1",
    }  # fmt: skip
    return subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True, timeout=120)


def _stated(checkpoint: Path) -> int:
    """The time in the ML-DSA-44 line: after four bytes of key id comes a 64-bit time, then 2,420 bytes."""
    lines = checkpoint.read_text().split("\n\n")[1].splitlines()
    signatures = [base64.b64decode(line.rsplit(" ", 1)[1]) for line in lines]
    (found,) = [data for data in signatures if len(data) == 4 + 8 + 2420]
    return int.from_bytes(found[4:12], "big")
