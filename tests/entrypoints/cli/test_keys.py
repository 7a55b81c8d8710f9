from __future__ import annotations

import re

from flask import Flask

from ipplatform.domain.evidence import keyring, keys, sequencer
from ipplatform.foundation.db import db
from tests.factories.evidence import make_record


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    ended = app.test_cli_runner().invoke(args=["keys", *arguments])
    db.session.remove()
    return ended.exit_code, ended.output


def test_keys_are_listed_rotated_and_retired(app: Flask) -> None:
    make_record()
    sequencer.run_once()
    old = keys.verifier_keys()[0].key_id.hex()
    code, said = run(app, "rotate", "log-ed25519")
    assert code == 0
    new = re.search(r"log-ed25519: ([0-9a-f]{8}) signs every head from 2 entries on", said)
    assert new
    assert run(app, "retire", old) == (0, f"{old} is retired; heads from 2 entries on do without it\n")
    code, said = run(app, "list")
    assert code == 0
    assert re.search(rf"log-ed25519 +{old}  heads from 0 to 1, retired", said)
    assert re.search(rf"log-ed25519 +{new[1]}  heads from 2\n", said)
    assert "ipplatform.example/log/audit+" in said


def test_what_cannot_be_says_why_and_leaves_the_log_going(app: Flask) -> None:
    make_record()
    sequencer.run_once()
    code, said = run(app, "retire", keys.verifier_keys()[1].key_id.hex())
    assert code == 1
    assert "ipplatform keys rotate" in said
    make_record()
    assert sequencer.run_once() == 1


def test_a_key_that_is_not_the_logs_is_simply_replaced(app: Flask) -> None:
    before = keyring.load("audit-ed25519").public
    code, said = run(app, "rotate", "audit-ed25519")
    assert code == 0
    assert keyring.load("audit-ed25519").public != before
    assert keyring.load_public("audit-ed25519", before).public == before
    assert "ipplatform.example/log/audit+" in said
