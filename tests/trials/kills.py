"""kill -9 of web, worker and sequencer while filings arrive: what was acknowledged is there, once, and the log verifies."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy import func, select

from ipplatform.domain.evidence import keys
from ipplatform.domain.evidence.formats import checkpoint as checkpoints
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.filings.models import Filing
from ipplatform.foundation.db import db
from tests.factories import bearer, member
from tests.factories.filings import patent_fields
from tests.processes import wait_for
from tests.service import COMMANDS, Service, service

_THREADS = 4
_RESENT_ONE_IN = 5


@dataclass
class Outcome:
    """What a trial found. ``faults`` says in words what did not hold."""

    filings: int
    kills: Counter[str] = field(default_factory=Counter)
    resent: int = 0
    checkpoints_seen: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)


@dataclass
class _Clients:
    """Threads that send filings until each is acknowledged, and some of them once more."""

    address: str
    headers: dict[str, str]
    waiting: SimpleQueue[int]
    acknowledged: dict[int, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    resent: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def work(self) -> None:
        chance = random.Random(threading.get_ident())
        while True:
            try:
                number = self.waiting.get_nowait()
            except Empty:
                return
            identity = self._until_acknowledged(number)
            again = chance.randrange(_RESENT_ONE_IN) == 0 and self._until_acknowledged(number)
            with self.lock:
                self.acknowledged[number] = identity
                if again:
                    self.resent += 1
                    if again != identity:
                        self.faults.append(f"filing {number} sent twice became {identity} and {again}")

    def _until_acknowledged(self, number: int) -> str:
        while True:
            with_retry = self._send(number)
            if with_retry is not None:
                return with_retry
            time.sleep(0.1)

    def _send(self, number: int) -> str | None:
        """The filing's id, or None when the answer did not come and the same must be sent again."""
        body = json.dumps({"kind": "patent", "fields": patent_fields(title=f"Trial {number}")}).encode()
        headers = {**self.headers, "Content-Type": "application/json", "Idempotency-Key": f"trial-{number}"}
        request = urllib.request.Request(f"{self.address}/api/v1/filings", body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return str(json.load(response)["id"])
        except urllib.error.HTTPError as error:
            if error.code < 500:
                raise AssertionError(f"{error.code}: {error.read().decode()}") from error
        except (OSError, ValueError, HTTPException):
            pass
        return None


@dataclass
class _Witness:
    """Keeps every checkpoint that was ever published, as a reader outside would."""

    file: Path
    seen: dict[int, bytes] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        while not self.ended.wait(0.05):
            if self.file.exists():
                self._look(self.file.read_bytes())

    def _look(self, note: bytes) -> None:
        _origin, size, root, *_rest = note.decode().split("\n")
        if self.seen.setdefault(int(size), base64.b64decode(root)) != base64.b64decode(root):
            self.faults.append(f"two heads of size {size} were published")
        if int(size) < max(self.seen):
            self.faults.append(f"a head of size {size} was published after one of {max(self.seen)}")


def run(database_url: str, folder: Path, *, filings: int, kills: int, seed: int) -> Outcome:
    """Send ``filings`` while ``kills`` processes are killed, each name in turn; then look at everything."""
    began = time.monotonic()
    outcome = Outcome(filings)
    with service(database_url, folder) as started:
        clients = _clients(started, filings)
        witness = _Witness(folder / "log" / "checkpoint")
        for name in COMMANDS:
            started.start(name)
        started.await_web()
        threads = [threading.Thread(target=clients.work) for _ in range(_THREADS)]
        watching = threading.Thread(target=witness.work)
        for thread in (*threads, watching):
            thread.start()
        _kill_while_working(started, clients, outcome, kills, random.Random(seed))
        for thread in threads:
            thread.join()
        _await_inclusion(started, filings)
        witness.ended.set()
        watching.join()
        _examine(started, clients, witness, outcome)
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome


def _clients(started: Service, filings: int) -> _Clients:
    with started.application():
        person, organisation = member("administrator", "filer")
        headers = bearer(person, organisation)
    waiting: SimpleQueue[int] = SimpleQueue()
    for number in range(filings):
        waiting.put(number)
    return _Clients(started.address, headers, waiting)


def _kill_while_working(
    started: Service, clients: _Clients, outcome: Outcome, kills: int, chance: random.Random
) -> None:
    """One kill each time another share of the filings is acknowledged, at a moment nobody chose."""
    names = [name for _ in range(-(-kills // len(COMMANDS))) for name in chance.sample(list(COMMANDS), len(COMMANDS))]
    for number, name in enumerate(names[:kills], start=1):
        share = outcome.filings * number // (kills + 1)
        wait_for(lambda share=share: len(clients.acknowledged) >= share, 240, f"{share} filings; {started.messages()}")
        time.sleep(chance.uniform(0, 0.05))
        started.kill(name)
        outcome.kills[name] += 1
        time.sleep(chance.uniform(0, 0.1))
        started.start(name)


def _await_inclusion(started: Service, filings: int) -> None:
    def included() -> bool:
        checkpoint = started.folder / "log" / "checkpoint"
        return checkpoint.exists() and int(checkpoint.read_text().split("\n")[1]) >= filings

    wait_for(included, 120, f"every filing is in a published head; {started.messages()}")


def _examine(started: Service, clients: _Clients, witness: _Witness, outcome: Outcome) -> None:
    outcome.resent, outcome.checkpoints_seen = clients.resent, len(witness.seen)
    outcome.faults += clients.faults + witness.faults
    with started.application():
        _examine_filings(clients, outcome)
        _examine_log(started, witness, outcome)
    audit = started.command("audit", "run", "--full")
    if audit.returncode:
        outcome.faults.append(f"the audit found: {audit.stdout} {audit.stderr}")


def _examine_filings(clients: _Clients, outcome: Outcome) -> None:
    rows = db.session.execute(select(Filing.idempotency_key, Filing.public_id, Filing.record_id)).all()
    stored = {key: identity for key, identity, record in rows if record is not None}
    lost = [number for number, identity in clients.acknowledged.items() if stored.get(f"trial-{number}") != identity]
    if lost:
        outcome.faults.append(f"acknowledged and not there: {lost}")
    if len(rows) != outcome.filings or len(stored) != outcome.filings:
        outcome.faults.append(f"{len(rows)} filings of {len(stored)} keys are stored, {outcome.filings} were sent")
    records = db.session.scalar(select(func.count()).select_from(Record))
    if records != outcome.filings:
        outcome.faults.append(f"{records} records for {outcome.filings} filings")


def _examine_log(started: Service, witness: _Witness, outcome: Outcome) -> None:
    """Recompute, from the published entries alone and without the product's tree, every head that was ever seen."""
    entries = published_entries(started.folder / "log" / "tile" / "entries", outcome.filings)
    commitments = [json.loads(entry)["commitment"] for entry in entries]
    own = {bytes(value).hex() for value in db.session.scalars(select(Record.commitment))}
    if len(set(commitments)) != len(commitments) or set(commitments) != own:
        outcome.faults.append("the published entries are not exactly the records")
    for size, seen in witness.seen.items():
        if size <= len(entries) and root(entries[:size]) != seen:
            outcome.faults.append(f"the head of size {size} does not follow from the entries")
    note = (started.folder / "log" / "checkpoint").read_bytes()
    head = checkpoints.open_signed(note, keys.verifier_keys()[0].name, keys.verifier_keys())
    if head.root != root(entries) or head.size != len(entries):
        outcome.faults.append("the last head does not follow from the entries")


def published_entries(folder: Path, size: int) -> list[bytes]:
    entries: list[bytes] = []
    for number in range(-(-size // 256)):
        width = min(256, size - number * 256)
        tile = folder / f"{number:03d}" if width == 256 else folder / f"{number:03d}.p" / str(width)
        data = tile.read_bytes()
        while data:
            length = int.from_bytes(data[:2], "big")
            entries.append(data[2 : 2 + length])
            data = data[2 + length :]
    return entries


def root(entries: list[bytes]) -> bytes:
    """RFC 6962, section 2.1."""
    if len(entries) <= 1:
        return hashlib.sha256(b"\0" + entries[0]).digest() if entries else hashlib.sha256().digest()
    left = 1 << (len(entries) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(entries[:left]) + root(entries[left:])).digest()


def figures(outcome: Outcome) -> dict[str, Any]:
    return {
        "filings": outcome.filings,
        "killed": ", ".join(f"{name} {times}" for name, times in sorted(outcome.kills.items())),
        "sent twice": outcome.resent,
        "heads published": outcome.checkpoints_seen,
        "lost, doubled or forked": len(outcome.faults),
        "seconds": outcome.seconds,
    }
