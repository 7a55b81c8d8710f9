"""``ipplatform witness``, and ``ipplatform evidence verify`` of a proof of equivocation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from config import Settings
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.formats.equivocation import Equivocation
from ipplatform.domain.evidence.witness import server
from ipplatform.entrypoints.cli.evidence import verify
from ipplatform.foundation.db import transaction
from tests.factories.evidence import make_record
from tests.factories.witness import ForeignLog


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["witness", *arguments])


def proof(log: ForeignLog, forged: ForeignLog, tmp_path: Path) -> Path:
    file = tmp_path / f"proof-{len(list(tmp_path.iterdir()))}.txt"
    file.write_bytes(Equivocation(tuple(log.vkeys), (), log.checkpoint(9), forged.checkpoint(9)).data)
    return file


def test_a_log_is_added_listed_and_its_equivocation_named(app: Flask, settings: Settings) -> None:
    log = ForeignLog()
    for key in log.vkeys:
        assert run(app, "add", key.vkey).output == "other.example/log is witnessed from now on\n"
    assert run(app, "add", log.vkeys[0].vkey).exit_code == 1
    assert run(app, "add", "nonsense").exit_code == 1
    assert "other.example/log: 0 entries\n" in run(app, "list").output
    with transaction():
        server.add_checkpoint(log.submission(0, 9))
        server.add_checkpoint(log.fork(4).submission(9, 9))
    listed = run(app, "list").output
    assert "other.example/log: 9 entries, cosigned" in listed
    assert "EQUIVOCATION of other.example/log at 9 entries" in listed
    assert listed.count("ipplatform.example/witness+") == 2


def test_without_witnesses_the_status_says_what_to_set(app: Flask) -> None:
    assert run(app, "status").output == "no witness is configured; set WITNESS_POLICY\n"
    assert run(app, "ask").output == "0 cosignatures\n"


def test_a_policy_that_cannot_be_used_is_named(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    make_record()
    sequencer.run_once()
    path = settings.data_dir / "policy.txt"
    app.config["SETTINGS"] = replace(settings, witness_policy=path)
    log_key = ForeignLog().vkeys[0].vkey
    for text, words in (
        (None, "cannot be read"),
        ("quorum nobody\n", "not understood"),
        (f"witness a {log_key} https://a.example\nquorum a\n", "cannot cosign"),
        (f"witness a {ForeignLog().vkeys[1].vkey}\nquorum a\n", "no address"),
        (f"witness a {ForeignLog().vkeys[1].vkey} file:///etc/passwd\nquorum a\n", "no address"),
    ):
        if text is not None:
            path.write_text(text)
        ended = run(app, "status")
        assert (ended.exit_code, words in ended.output, str(path) in ended.output) == (1, True, True), ended.output


def test_a_proof_of_equivocation_refutes_the_log(app: Flask, tmp_path: Path) -> None:
    log = ForeignLog()
    file = proof(log, log.fork(4), tmp_path)
    policy = tmp_path / "policy.txt"
    policy.write_text("".join(f"log {key.vkey}\n" for key in log.vkeys) + "quorum none\n")
    for arguments in ([], ["--policy", str(policy)], ["--vkey", log.vkeys[1].vkey]):
        ended = app.test_cli_runner().invoke(verify, [str(file), *arguments])
        assert ended.exit_code == 1, ended.output
        assert "the log other.example/log signed two different trees of 9 entries" in ended.output
        assert ended.output.endswith("REFUTED\n")


def test_a_file_that_proves_nothing_is_unusable_and_no_word_against_the_log(app: Flask, tmp_path: Path) -> None:
    log = ForeignLog()
    for file, arguments in (
        (proof(log, log, tmp_path), []),
        (proof(log, ForeignLog().fork(4), tmp_path), []),
        (proof(log, log.fork(4), tmp_path), ["--vkey", ForeignLog().vkeys[0].vkey]),
    ):
        ended = app.test_cli_runner().invoke(verify, [str(file), *arguments])
        assert ended.exit_code == 2, ended.output
        assert ended.output.startswith("UNUSABLE")
