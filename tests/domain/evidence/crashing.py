"""A sequencer in a process of its own that is killed before or after a named step."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable
from typing import Any

from ipplatform.domain.evidence import publish, sequencer, signer
from ipplatform.domain.evidence.store import folder
from ipplatform.foundation.db import db

STEPS: dict[str, tuple[Any, str]] = {
    "assign": (sequencer, "_assign"),
    "extend": (sequencer, "extend"),
    "integrate": (sequencer, "integrate"),
    "remember": (signer, "remember"),
    "sign": (signer, "sign"),
    "write": (folder._Batch, "write"),
    "name": (folder, "_name"),
    "settle": (folder._Batch, "settle"),
    "tiles": (publish, "tiles_between"),
    "checkpoint": (publish, "checkpoint"),
    "remove": (publish, "remove_partials"),
    "record": (sequencer, "record_publication"),
}


def die_at(step: str, moment: str) -> None:
    owner, name = STEPS[step]
    original: Callable[..., Any] = getattr(owner, name)

    def dying(*args: Any, **more: Any) -> Any:
        if moment == "after":
            original(*args, **more)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, dying)


def run_until_killed(step: str, moment: str) -> int:
    """Fork a sequencer that dies at `step`; the status its process ended with."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process == 0:
        try:
            db.engine.dispose(close=False)
            die_at(step, moment)
            sequencer.run_once()
        finally:
            os._exit(1)
    return os.waitpid(process, 0)[1]
