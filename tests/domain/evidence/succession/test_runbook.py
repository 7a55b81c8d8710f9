"""The commands that docs/operators/keys.md shows are run as written, in a process each, as an operator would."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from flask import Flask

from config import Settings
from ipplatform.domain.evidence import keys, sequencer
from ipplatform.foundation.db import db
from tests.factories.evidence import make_records

PAGE = Path(__file__).resolve().parents[4] / "docs/operators/keys.md"


def commands(heading: str) -> list[str]:
    """The lines of the fenced blocks under a heading."""
    section = PAGE.read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"^ *```\n(.*?)^ *```", section, re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


class Shell:
    """What an operator's shell keeps from one command to the next: its variables."""

    def __init__(self, settings: Settings) -> None:
        self.environment = os.environ | {
            "DATA_DIR": str(settings.data_dir),
            "DATABASE_URL": settings.database_url,
            "BASE_URL": settings.base_url,
            "SECRET_KEY": "only for tests",
            "LOG_LEVEL": "CRITICAL",
        }

    def run(self, line: str) -> str:
        words = shlex.split(line)
        if words[0] == "export":
            self.environment |= dict(word.split("=", 1) for word in words[1:])
            return ""
        assert words[0] == "ipplatform"
        ended = subprocess.run(
            [sys.executable, "-m", "ipplatform", *words[1:]], env=self.environment, capture_output=True, text=True,
            check=False, timeout=120,
        )  # fmt: skip
        assert ended.returncode == 0, f"{line}: {ended.stdout}{ended.stderr}"
        return ended.stdout


def test_the_runbook_of_a_rotation_and_of_a_stolen_key(app: Flask, settings: Settings, tmp_path: Path) -> None:
    make_records(5)
    sequencer.run_all()
    old = keys.verifier_keys()[0].key_id.hex()
    db.session.remove()
    shell = Shell(settings)
    rotation = commands("Changing a key of the log")
    assert [line.split()[2] for line in rotation] == ["list", "rotate", "retire"]
    for line in rotation:
        shell.run(line.replace("OLD-KEY-ID", old))
    assert old not in {key.key_id.hex() for key in keys.verifier_keys()}

    said = ""
    for line in commands("A key was stolen or lost, or the log forked"):
        said = shell.run(line.replace("/srv/ipplatform", str(tmp_path)))
    assert "0 findings" in said
    assert (tmp_path / "log-2" / "checkpoint").read_text().startswith("register.example/log/2\n8\n")
    assert (settings.log_dir / "checkpoint").read_text().startswith("ipplatform.example/log\n7\n")
