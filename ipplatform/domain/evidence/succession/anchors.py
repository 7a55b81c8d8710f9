"""What leads from a log that ended to the next one, kept beside the signer's memory, which never goes back in time.

A database restored from before the succession knows nothing of it, and the salt of leaf 0 stands in no published file.
The file holds nothing personal: all of it is in bundles.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence import manifest as manifests
from ipplatform.domain.evidence import services
from ipplatform.domain.evidence.formats import canonical, checkpoint, note, policy
from ipplatform.domain.evidence.formats.checkpoint import Checkpoint
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.succession.models import FormerLog
from ipplatform.foundation import settings
from ipplatform.foundation.db import db
from ipplatform.foundation.storage import write_durably

KIND = "log_succession"


@dataclass(frozen=True)
class Anchor:
    """The row of a log that ended and the record that is leaf 0 of the log after it. Salt is hexadecimal."""

    origin: str
    place: str
    policy: str
    reason: str
    archive_sha256: str
    anchor: str
    ended_at: str
    leaf: str
    manifest: str
    salt: str

    @property
    def final(self) -> bytes:
        """The note of the final head, as leaf 0 commits to it."""
        said = canonical.loads(self.manifest.encode())["fields"]["checkpoint"]
        return str(said).encode()

    @property
    def head(self) -> Checkpoint:
        """The final head, verified with every key of the policy. Raises ValueError (NoteError and its like)."""
        opened = note.parse(self.final)
        note.verify_all(opened, policy.parse(self.policy).logs)
        return checkpoint.parse(opened.text)

    @property
    def next_origin(self) -> str:
        return leaves.parse(self.leaf.encode()).origin

    def row(self, number: int) -> FormerLog:
        return FormerLog(
            id=number,
            origin=self.origin,
            place=self.place,
            size=self.head.size,
            checkpoint=self.final,
            policy=self.policy,
            reason=self.reason,
            archive_sha256=self.archive_sha256,
            anchor=self.anchor,
            ended_at=datetime.fromisoformat(self.ended_at),
        )

    def record(self, number: int) -> Record:
        return services.rebuilt(
            filing=self.anchor,
            kind=KIND,
            asset=None,
            idempotency_key=key_of(number),
            manifest=self.manifest.encode(),
            salt=bytes.fromhex(self.salt),
            leaf=self.leaf.encode(),
            created_at=datetime.fromisoformat(canonical.loads(self.manifest.encode())["submitted_at"]),
        )


def path_of(number: int) -> Path:
    return settings.current().signer_dir / "former" / str(number) / "anchor.json"


def key_of(number: int) -> str:
    return f"succession-{number}"


def write(ended: FormerLog, record: Record) -> None:
    """Before the commit: what a run left that was then killed is overwritten by the next one."""
    assert record.manifest is not None
    assert record.salt is not None
    kept = Anchor(
        origin=ended.origin,
        place=ended.place,
        policy=ended.policy,
        reason=ended.reason,
        archive_sha256=ended.archive_sha256,
        anchor=ended.anchor,
        ended_at=ended.ended_at.isoformat(),
        leaf=bytes(record.leaf).decode(),
        manifest=record.manifest.decode(),
        salt=record.salt.hex(),
    )
    path_of(ended.id).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(path_of(ended.id), _spelled(kept))


def write_missing() -> None:
    """For logs that ended under a version that kept no such file."""
    rows = db.session.execute(select(FormerLog, Record).join(Record, Record.public_id == FormerLog.anchor))
    for ended, record in rows.all():
        if not path_of(ended.id).exists() and record.manifest is not None:
            write(ended, record)


def read(number: int) -> Anchor:
    """Raises ValueError when the file is not what was written, FileNotFoundError when there is none."""
    data = path_of(number).read_bytes()
    try:
        found = Anchor(**json.loads(data))
        leaf = leaves.parse(found.leaf.encode())
        commitment = manifests.commit(bytes.fromhex(found.salt), found.manifest.encode())
    except (TypeError, AttributeError) as error:
        raise ValueError(f"{path_of(number)} cannot be read: {error}") from error
    if leaf.kind != "anchor" or leaf.commitment != commitment.hex() or data != _spelled(found):
        raise ValueError(f"{path_of(number)} was changed: manifest and salt do not give the commitment in its leaf")
    return found


def _spelled(kept: Anchor) -> bytes:
    return json.dumps(asdict(kept)).encode()
