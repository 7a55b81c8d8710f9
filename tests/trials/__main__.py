"""``make trials``: every test marked as a trial, in full, and its figures into docs/trials.md."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.machine import described, now_text

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "trials.md"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "trials.jsonl"
        target.touch()
        environment = {**os.environ, "TRIALS": "full", "TRIALS_REPORT": str(target)}
        command = [sys.executable, "-m", "pytest", "-q", "-m", "trial", "-p", "no:randomly", *sys.argv[1:]]
        status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        trials = [json.loads(line) for line in target.read_text().splitlines()]
    PAGE.write_text(page(trials, passed=status == 0))
    print(PAGE.read_text())
    return status


def page(trials: list[dict[str, object]], *, passed: bool) -> str:
    """The page in Markdown: a section for each trial, a row for each time it was run."""
    verdict = "All held." if passed else "**Not all held; see the output of the run.**"
    parts = [
        "# Trials\n",
        "What must hold under long and hostile use, done at length by `make trials`. `make test` does a sample of each.\n",
        f"{now_text()} · {described()} · {verdict}\n",
    ]
    for name in dict.fromkeys(str(trial["name"]) for trial in trials):
        rows = [trial["figures"] for trial in trials if trial["name"] == name]
        parts.append(f"## {name}\n\n{table([row for row in rows if isinstance(row, dict)])}")
    return "\n".join(parts)


def table(rows: list[dict[str, object]]) -> str:
    """Rows as a Markdown table; columns in the order in which they first appear."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    lines += [f"| {' | '.join(str(row.get(column, '')) for column in columns)} |" for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
