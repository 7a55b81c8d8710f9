"""A log that ended twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.succession import services as succession


def move_on(app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch, *, entered: bool) -> Iterator[int]:
    """To log2.example, then to log3.example; yields after each. Not `entered`: the second ends with entry 0 alone."""
    for number in (2, 3):
        with monkeypatch.context() as stopped:
            if number == 3 and not entered:
                stopped.setattr(sequencer, "run_all", lambda: 0)
            succession.freeze(actor=SYSTEM, reason="lost")
        changed = {"origin": f"log{number}.example", "log_store": str(folder / f"log-{number}")}
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], **changed)
        succession.succeed(actor=SYSTEM)
        if number == 2 and not entered:
            sequencer.publish_head(lambda: None)
        else:
            sequencer.run_all()
        yield number
