"""Whether database, published files and signer tell one story. Reads only; repairing is an operator's decision."""

from __future__ import annotations

from collections.abc import Iterator

from ipplatform.domain.evidence import keys, publish, signer, tree
from ipplatform.domain.evidence.audit import heads, log, rows
from ipplatform.domain.evidence.audit.findings import Finding, difference
from ipplatform.domain.evidence.formats import tiles
from ipplatform.domain.evidence.formats.checkpoint import CheckpointError
from ipplatform.domain.evidence.formats.note import NoteError
from ipplatform.domain.evidence.store.choice import published
from ipplatform.foundation.db import transaction


def differences() -> Iterator[Finding]:
    """Every difference, as it is found; a slice of the log is held at a time. May run beside the sequencer."""
    yield from _databases_age()
    yield from _in_the_way()
    cursor, ended = 0, False
    while not ended:
        with transaction(reads_only=True):
            part = log.step(cursor)
        yield from part.findings
        cursor, ended = part.cursor, part.ended
    yield from _above()


def _databases_age() -> Iterator[Finding]:
    """What is published and signed is in the database first; so both are read before it, and it may only know more."""
    signed, stands = _signed(), _published()
    with transaction(reads_only=True):
        state = rows.log_state()
        size, published_size = (state.size, state.published_size) if state else (0, 0)
    if signed > size:
        yield Finding("database", "log_state.size", f"at least {signed}, which the signer signed", str(size))
    if stands > size:
        yield Finding("database", "log_state.size", f"at least {stands}, which is published", str(size))
    if (found := _published()) < published_size:
        yield Finding("published checkpoint", "size", f"at least {published_size}, as the database says", str(found))


def _above() -> Iterator[Finding]:
    """What is beside and above the leaves. A sequencer at work moves it between two glances; a difference stays."""
    looks = []
    for _ in range(2):
        with transaction(reads_only=True):
            looks.append(heads.step().findings)
    yield from (item for item in looks[1] if item in looks[0])


def _in_the_way() -> Iterator[Finding]:
    """Files beyond the published checkpoint that differ: a sequencer that was stopped by them names only the first."""
    with transaction(reads_only=True):
        state = rows.log_state()
        if state is None:
            return
        try:
            for file in tree.files(state.published_size, state.size):
                standing = published().read(file.name)
                if standing is not None and standing != file.content:
                    yield difference(file.name, "published file", file.content, standing)
        except tiles.TileError as error:
            yield Finding("database", "log_tile, log_leaf", "what its size says", str(error))


def _signed() -> int:
    try:
        head = signer.head()
    except signer.Refused:
        return 0
    return head.size if head else 0


def _published() -> int:
    """A false signature, or keys that cannot be read, count for nothing here; the walk over the log reports them."""
    data = publish.standing()
    try:
        return keys.open_checkpoint(data).size if data else 0
    except (NoteError, CheckpointError, keys.KeyProblem):
        return 0
