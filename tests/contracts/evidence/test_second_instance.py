"""Two installations as an operator runs them: one's log, the other its witness, over HTTP, with kill -9 between."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import requests

from ipplatform.domain.evidence import keys
from ipplatform.domain.evidence.formats import note, submission
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.witness import identity, transport
from ipplatform.foundation.db import db
from tests.databases import Database
from tests.factories.evidence import make_records
from tests.factories.witness import ForeignLog
from tests.processes import wait_for
from tests.service import Service, service


@pytest.mark.slow
def test_a_witness_that_is_killed_neither_forgets_nor_delays(
    database: Database, sqlite_template: Path, tmp_path: Path
) -> None:
    own, other = tmp_path / "own", ForeignLog()
    own.mkdir()
    shutil.copyfile(sqlite_template, own / "ipplatform.sqlite3")
    ours, theirs = service(f"sqlite:///{own / 'ipplatform.sqlite3'}", own), service(database.url, tmp_path / "b")
    with ours as log, theirs as witness:
        expected = introduce(log, witness, other)
        witness.start("web")
        log.start("sequencer")
        witness.await_web()
        file_and_await(log, 3)
        wait_for(lambda: cosigned(log, expected), 60, f"a cosigned head of 3 entries; {log.messages()}")
        a_head_is_cosigned(witness, other)
        witness.kill("web")
        file_and_await(log, 5)
        assert not cosigned(log, expected)
        witness.start("web")
        witness.await_web()
        a_fork_is_refused(witness, other)
        wait_for(lambda: cosigned(log, expected), 60, f"a cosigned head of 5 entries; {log.messages()}")
        assert "the quorum b is met for 5 entries" in log.here(
            "witness", "status", witness_policy=log.folder / "witnesses.txt"
        )


def introduce(log: Service, witness: Service, other: ForeignLog) -> list[note.VerifierKey]:
    """Each gets the other's keys, as two operators would exchange them; the witness's are returned."""
    with log.application():
        vkeys = [*keys.verifier_keys(), *other.vkeys]
    (witness.folder / "witness-logs.txt").write_text("".join(f"{key.vkey}\n" for key in vkeys))
    with witness.application():
        ed25519, mldsa44 = identity.verifier_keys()
    url = f"{witness.address}/witness"
    lines = [
        f"witness ed {ed25519.vkey} {url}",
        f"witness pq {mldsa44.vkey} {url}",
        "group b all ed pq",
        "quorum b",
        "",
    ]
    file = log.folder / "witnesses.txt"
    file.write_text("\n".join(lines))
    log.more["WITNESS_POLICY"] = str(file)
    return [ed25519, mldsa44]


def file_and_await(log: Service, total: int) -> None:
    with log.application():
        make_records(total - db.session.query(Record).count())
    wait_for(lambda: head(log)[1] == total, 60, f"a head of {total} entries; {log.messages()}")


def head(log: Service) -> tuple[note.Note, int]:
    path = log.folder / "log" / "checkpoint"
    opened = note.parse(path.read_bytes()) if path.exists() else note.Note("x\n0\n", ())
    return opened, int(opened.text.split("\n")[1])


def cosigned(log: Service, expected: list[note.VerifierKey]) -> bool:
    """Whether the published head, whatever its size, bears both lines of the witness."""
    return note.verify(head(log)[0], expected) == expected


def a_head_is_cosigned(witness: Service, other: ForeignLog) -> None:
    with transport.session() as session:
        answer = transport.add_checkpoint(session, f"{witness.address}/witness", other.submission(0, 9))
    assert answer.status == 200


def a_fork_is_refused(witness: Service, other: ForeignLog) -> None:
    url = f"{witness.address}/witness"
    with transport.session() as session:
        forged = transport.add_checkpoint(session, url, other.fork(4).submission(9, 9))
        assert (forged.status, forged.body, forged.media_type) == (409, b"9\n", "text/x.tlog.size")
        assert transport.add_checkpoint(session, url, other.submission(9, 12)).status == 200
        assert transport.add_checkpoint(session, url, b"x" * (submission.LARGEST_BODY + 1)).status == 413
        assert "other.example/log" in requests.get(url, timeout=10).text
    assert "EQUIVOCATION of other.example/log at 9 entries" in witness.here("witness", "list")
