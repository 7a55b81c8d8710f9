"""Keeps tokens with what they were verified with, and reads them back as chains."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from ipplatform.domain.evidence import seals
from ipplatform.domain.evidence.time.chain import Link
from ipplatform.domain.evidence.time.client import Obtained
from ipplatform.domain.evidence.time.models import AuthorityState, StampedCheckpoint, TimeAnchor, TimeFile
from ipplatform.domain.evidence.time.trust import Material, certificates_in, to_pem
from ipplatform.foundation import clock
from ipplatform.foundation.db import Base, db, insert_into

SEALED = (
    "checkpoint_size", "renewal", "authority", "response", "chain", "crls", "nonce", "serial", "gen_time", "earliest_at",
    "latest_at", "certificates_end_at", "algorithms", "received_at",
)  # fmt: skip


def keep(authority: str, size: int, note: bytes, renewal: int, obtained: Obtained) -> None:
    """Store a verified token. One that another worker has stored for the same place meanwhile stays instead."""
    found = obtained.verified
    _insert(StampedCheckpoint, size=size, note=note)
    values: dict[str, Any] = {
        "checkpoint_size": size,
        "renewal": renewal,
        "authority": authority,
        "response": obtained.response,
        "chain": _file(found.path.pem),
        "crls": _file(obtained.crls) if obtained.crls else None,
        "nonce": f"{obtained.nonce:x}",
        "serial": f"{found.token.serial:x}",
        "gen_time": found.token.gen_time,
        "earliest_at": found.token.earliest,
        "latest_at": found.token.latest,
        "certificates_end_at": found.path.ends_at,
        "algorithms": " ".join(found.algorithms),
        "received_at": clock.now().replace(microsecond=0),
    }
    _insert(TimeAnchor, **values, seal=seal_of(values))


def seal_of(values: dict[str, Any]) -> bytes:
    """32 bytes over the columns of a row, so that a changed one is found whatever it says."""
    parts = (hashlib.sha256(_plain(values[name])).digest() for name in SEALED)
    return seals.keyed_digest("time anchor", b"".join(parts))


def note_to_stamp(size: int, published: bytes) -> bytes:
    """The bytes that were stamped first for this size, else those published."""
    return note_over(size) or published


def note_over(size: int) -> bytes:
    """The stamped bytes of a checkpoint, b"" when it was never stamped."""
    return bytes(db.session.scalar(select(StampedCheckpoint.note).where(StampedCheckpoint.size == size)) or b"")


def rows_over(size: int) -> Sequence[TimeAnchor]:
    return db.session.scalars(select(TimeAnchor).where(TimeAnchor.checkpoint_size == size)).all()


def links_over(size: int) -> tuple[bytes, list[Link]]:
    """The stamped note of a checkpoint and every token over it."""
    rows = rows_over(size)
    files = files_of(rows)
    return note_over(size), [link_of(row, files) for row in rows]


def files_of(rows: Sequence[TimeAnchor]) -> dict[str, bytes]:
    wanted = {name for row in rows for name in (row.chain, row.crls) if name}
    if not wanted:
        return {}
    found = db.session.execute(select(TimeFile.sha256, TimeFile.data).where(TimeFile.sha256.in_(wanted)))
    return {name: bytes(data) for name, data in found}


def link_of(row: TimeAnchor, files: dict[str, bytes]) -> Link:
    """The root of a stored token is the last certificate of its chain: it was configured when the token came."""
    chain = certificates_in(files.get(row.chain, b""))
    material = Material(to_pem(chain[-1:]), to_pem(chain[:-1]), files.get(row.crls or "", b""))
    return Link(row.authority, row.renewal, bytes(row.response), material)


def succeeded(name: str) -> None:
    moment = clock.now()
    _upsert_state(name, tried_at=moment, succeeded_at=moment)


def failed(name: str, reason: str) -> None:
    moment = clock.now()
    _upsert_state(name, tried_at=moment, failed_at=moment, failure=reason[:300])


def _upsert_state(name: str, **values: Any) -> None:
    row = insert_into(AuthorityState).values(name=name, **values)
    db.session.execute(row.on_conflict_do_update(index_elements=["name"], set_=values))


def _insert(model: type[Base], **values: Any) -> None:
    db.session.execute(insert_into(model).values(**values).on_conflict_do_nothing())


def _file(data: bytes) -> str:
    name = hashlib.sha256(data).hexdigest()
    _insert(TimeFile, sha256=name, data=data)
    return name


def _plain(value: Any) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return (value.isoformat() if isinstance(value, datetime) else str(value)).encode()
