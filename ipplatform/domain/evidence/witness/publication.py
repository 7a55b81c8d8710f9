"""The published checkpoint gains the cosignatures that have arrived."""

from __future__ import annotations

import threading

from ipplatform.domain.evidence import publish, queries, sequencer
from ipplatform.domain.evidence.formats import note
from ipplatform.domain.evidence.witness import quorum
from ipplatform.foundation.db import transaction

arrived = threading.Event()


def publish_arrived() -> bool:
    """Publish the newest checkpoint with its cosignatures, if any came since; True when it was published anew.

    For the process that sequences: only it writes the published checkpoint, so no older one can follow a newer.
    """
    if not arrived.is_set():
        return False
    arrived.clear()
    try:
        with sequencer.guarded():
            return publish_cosigned()
    except sequencer.Busy:
        arrived.set()
        return False


def publish_cosigned() -> bool:
    """Under the sequencer's lock. Left alone when the published file is of another size than the newest known."""
    with transaction(reads_only=True):
        latest = queries.latest_checkpoint()
        if latest is None:
            return False
        lines = [line for _, line in quorum.lines_of(latest.size)]
        signed = bytes(latest.note)
    published = publish.standing()
    wanted = quorum.with_lines(signed, lines)
    if published in (None, wanted) or note.parse(published).text != note.parse(signed).text:
        return False
    publish.checkpoint(wanted, instead_of=published)
    return True
