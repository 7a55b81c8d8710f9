"""A sequencer in a process of its own that is killed before or after a named step."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Callable
from typing import Any

from ipplatform.domain.evidence import publish, sequencer, signer
from ipplatform.domain.evidence.formats import note
from ipplatform.domain.evidence.store import folder
from ipplatform.domain.evidence.store.bucket import Bucket
from ipplatform.domain.evidence.store.folder import Folder
from ipplatform.foundation.db import db

# In the order of the sequence; "ed25519" and "mldsa44" are the two signatures of one head.
STEPS: dict[str, tuple[Any, str]] = {
    "assign": (sequencer, "_assign"),
    "extend": (sequencer, "extend"),
    "integrate": (sequencer, "integrate"),
    "sign": (signer, "sign"),
    "remember": (signer, "remember"),
    "ed25519": (note, "sign"),
    "mldsa44": (note, "sign"),
    "tiles": (publish, "tiles_between"),
    "create": (Folder, "create"),
    "write": (folder._Batch, "write"),
    "settle": (folder._Batch, "settle"),
    "name": (folder, "_name"),
    "checkpoint": (publish, "checkpoint"),
    "replace": (Folder, "replace"),
    "partials": (publish, "remove_partials"),
    "remove": (Folder, "remove"),
    "record": (sequencer, "record_publication"),
}
IN_A_BUCKET: dict[str, tuple[Any, str]] = {name: (Bucket, name) for name in ("create", "replace", "remove")}
# Of a step that is done several times, which time kills.
TIMES = {"mldsa44": 2, "name": 3}
MOMENTS = ("before", "after")
BUSY = 75


def die_at(step: str, moment: str, steps: dict[str, tuple[Any, str]] = STEPS) -> None:
    owner, name = steps[step]
    original: Callable[..., Any] = getattr(owner, name)
    left = TIMES.get(step, 1)

    def dying(*args: Any, **more: Any) -> Any:
        nonlocal left
        left -= 1
        result = original(*args, **more) if left or moment == "after" else None
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, dying)


def run_until_killed(step: str, moment: str) -> int:
    """Fork a sequencer that dies at `step`; the status its process ended with. BUSY when it had no turn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process == 0:
        code = 1
        try:
            db.engine.dispose(close=False)
            die_at(step, moment)
            sequencer.run_once()
        except sequencer.Busy:
            code = BUSY
        finally:
            os._exit(code)
    return os.waitpid(process, 0)[1]


def main() -> None:
    """As `run_until_killed`, in a process begun anew: the client of a bucket does not survive a fork."""
    from config import from_environment
    from ipplatform import create_app

    step, moment, data_dir, database_url = sys.argv[1:]
    app = create_app(from_environment(environment="test", data_dir=data_dir, database_url=database_url))
    with app.app_context():
        die_at(step, moment, IN_A_BUCKET)
        sequencer.run_once()


if __name__ == "__main__":
    main()
