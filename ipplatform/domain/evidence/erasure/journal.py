"""What was erased, in files of their own that outlive a restored database. They hold no personal content.

A leaf names no filing, so a database restored from before an erasure cannot know from the log alone what to destroy
again. `ERASURE_DIR` therefore never goes back in time: operators keep it on other storage than the database.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence import manifest as manifests
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation import settings
from ipplatform.foundation.ids import parse_id
from ipplatform.foundation.storage import write_durably


class JournalError(Exception):
    """A file of the journal is not what was written; the message names it."""


@dataclass(frozen=True)
class Entry:
    """An erase record: its leaf, manifest and salt as they went into the log."""

    filing: str
    asset: str | None
    leaf: str
    manifest: str
    salt: str
    created_at: str

    @property
    def commitment(self) -> bytes:
        return manifests.commit(bytes.fromhex(self.salt), self.manifest.encode())

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.created_at)


def write(record: Record) -> None:
    """Before the commit: an entry too many is found to be in no log and does nothing; one too few could not be redone."""
    assert record.manifest is not None
    assert record.salt is not None
    entry = Entry(
        filing=record.public_id,
        asset=record.asset,
        leaf=bytes(record.leaf).decode(),
        manifest=record.manifest.decode(),
        salt=record.salt.hex(),
        created_at=record.created_at.isoformat(),
    )
    write_durably(_folder() / f"{record.public_id}.json", _spelled(entry))


def read_all() -> Iterator[Entry]:
    """Every entry, oldest first. JournalError when one does not give the commitment in its leaf."""
    yield from sorted((read(path) for path in files()), key=lambda entry: (entry.created_at, entry.filing))


def files() -> list[Path]:
    return sorted(path for path in _folder().glob("*.json") if parse_id(path.stem) == path.stem)


def is_as_written(path: Path, entry: Entry) -> bool:
    return path.read_bytes() == _spelled(entry)


def read(path: Path) -> Entry:
    """Raises JournalError."""
    try:
        entry = Entry(**json.loads(path.read_bytes()))
        leaf = leaves.parse(entry.leaf.encode())
        whole = leaf.kind == "erase" and leaf.commitment == entry.commitment.hex() and entry.filing == path.stem
    except (OSError, TypeError, ValueError, AttributeError) as error:
        raise JournalError(f"{path} cannot be read: {error}") from error
    if not whole:
        raise JournalError(f"{path} was changed: manifest and salt do not give the commitment in its leaf")
    return entry


def _spelled(entry: Entry) -> bytes:
    return json.dumps(asdict(entry)).encode()


def _folder() -> Path:
    return settings.current().erasure_dir
