"""How much of a trial to do: a fair sample in ``make test``, all of it in ``make trials``."""

from __future__ import annotations

import json
import os
from pathlib import Path

FULL = os.environ.get("TRIALS") == "full"


def count(*, sample: int, full: int) -> int:
    return full if FULL else sample


def report(name: str, **figures: object) -> None:
    """Note a trial's figures for docs/trials.md, where ``make trials`` asked for them."""
    if target := os.environ.get("TRIALS_REPORT"):
        with Path(target).open("a") as file:
            file.write(json.dumps({"name": name, "figures": figures}, default=str) + "\n")
