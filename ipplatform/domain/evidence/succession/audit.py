"""Re-derives logs that ended from what is kept of them: final head, policy, archive, published files, every entry's place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, select, type_coerce

from ipplatform.domain.evidence.audit import rows
from ipplatform.domain.evidence.audit.findings import Finding, difference, shown
from ipplatform.domain.evidence.audit.rows import raw_text, text_of
from ipplatform.domain.evidence.formats import canonical, checkpoint, note, policy
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.store.choice import at
from ipplatform.domain.evidence.succession import anchors, archive, entries, secrets
from ipplatform.domain.evidence.succession.models import FormerEntry, FormerLog
from ipplatform.foundation.db import db

TEXTS = ("origin", "place", "policy", "reason", "archive_sha256", "anchor")
SAID = ("origin", "reason", "archive_sha256")


def findings() -> Iterator[Finding]:
    """Every byte kept of an ended log that is not what its signed head and the anchor of the next log say."""
    logs = {row["id"]: row for row in _logs()}
    anchors = dict(_anchors())
    for row in logs.values():
        yield from _one(row, anchors.pop(row["anchor"], None))
    for number in anchors:
        yield Finding(number, "former_log", "the log that this record anchors", "none")
    yield from _without_log(list(logs))


def _logs() -> Iterator[dict[str, Any]]:
    """Columns, not objects: a damaged value must not end the audit."""
    columns = [raw_text(getattr(FormerLog, name).expression).label(name) for name in (*TEXTS, "ended_at")]
    statement = select(FormerLog.id, FormerLog.size, FormerLog.checkpoint, *columns).order_by(FormerLog.id)
    for row in db.session.execute(statement).mappings().all():
        yield {name: text_of(row[name]) if name in (*TEXTS, "ended_at") else row[name] for name in row}


def _anchors() -> Iterator[tuple[str, dict[str, Any]]]:
    """What the records that anchor ended logs say of them; the walk over the records finds a damaged one."""
    number = raw_text(Record.public_id.expression)
    found = select(number, type_coerce(Record.manifest, LargeBinary)).where(Record.kind == anchors.KIND)
    for public_id, sealed in db.session.execute(found):
        data = rows.unsealed(sealed)
        if data is not None:
            yield text_of(public_id), canonical.loads(data)["fields"]


def _one(row: dict[str, Any], said: dict[str, Any] | None) -> Iterator[Finding]:
    name = f"former log {row['origin']}"
    if said is None:
        yield Finding(name, "former_log.anchor", "the record that anchors this log", shown(row["anchor"]))
    else:
        expected = {**{member: said[member] for member in SAID}, "checkpoint": said["checkpoint"].encode()}
        for column, value in expected.items():
            if row[column] != value:
                yield difference(name, f"former_log.{column}", value, row[column])
    head = _head(row)
    if isinstance(head, str):
        yield Finding(name, "former_log.checkpoint", "a head signed by the keys of former_log.policy", head)
        return
    if row["size"] != head.size:
        yield difference(name, "former_log.size", str(head.size), str(row["size"]))
    for field, wanted, found in (*_archive(row), *_secrets(row, head), *_kept_anchor(row)):
        yield difference(name, field, wanted, found)
    try:
        published = at(row["place"]).read("checkpoint")
    except (OSError, ValueError) as error:
        yield difference(name, "former_log.place", "a place of publication", shown(str(error)))
        return
    for field, wanted, found in _published(row, published):
        yield difference(name, field, wanted, found)
    yield from entries.findings(name, row["id"], row["place"], head)


def _head(row: dict[str, Any]) -> checkpoint.Checkpoint | str:
    """The final head, verified; or why it is none."""
    try:
        demanded = policy.parse(row["policy"])
        opened = note.parse(bytes(row["checkpoint"]))
        head = checkpoint.parse(opened.text)
        note.verify_all(opened, demanded.logs)
    except (policy.PolicyError, note.NoteError, checkpoint.CheckpointError, ValueError) as error:
        return shown(str(error))
    if policy.Policy(demanded.logs).text != row["policy"] or head.origin != row["origin"]:
        return "a policy or an origin that is not the head's"
    return head


def _archive(row: dict[str, Any]) -> Iterator[tuple[str, object, object]]:
    path, found = archive.path_of(row["id"]), "no file"
    if path.exists():
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != row["archive_sha256"]:
        yield f"former/{row['id']}/{path.name}", row["archive_sha256"], found


def _kept_anchor(row: dict[str, Any]) -> Iterator[tuple[str, object, object]]:
    """What would lead a database restored from before this log ended to the next one. An installation may have given it up."""
    name = f"signer/former/{row['id']}/anchor.json"
    if not anchors.path_of(row["id"]).exists():
        return
    try:
        found = anchors.read(row["id"])
    except ValueError as error:
        yield name, "the file as it was written", shown(str(error))
        return
    for column in TEXTS:
        if getattr(found, column) != row[column]:
            yield f"{name}: {column}", row[column], getattr(found, column)
    if not rows.is_moment(row["ended_at"], datetime.fromisoformat(found.ended_at)):
        yield f"{name}: ended_at", row["ended_at"], found.ended_at


def _secrets(row: dict[str, Any], head: checkpoint.Checkpoint) -> Iterator[tuple[str, object, object]]:
    """What the signer remembers of the log, and the file of its keys. An installation may have given up either."""
    memory, wanted = secrets.kept_memory(row["id"]), (head.origin, head.size, head.root.hex())
    if memory is not None and memory != wanted:
        yield f"signer/former/{row['id']}/head.json", shown(wanted), shown(memory)
    path = secrets.vkeys_of(row["id"])
    if path.exists():
        try:
            found = secrets.policy_of(row["id"], head.size)
        except ValueError as error:
            found = shown(str(error))
        if found != row["policy"] or not secrets.is_as_written(path):
            yield f"keys/{path.name}", row["policy"], found


def _published(row: dict[str, Any], found: bytes | None) -> Iterator[tuple[str, object, object]]:
    """The head as it stands published; cosignatures may follow the log's own lines. And the policy beside it."""
    if found is None or not found.startswith(bytes(row["checkpoint"])):
        yield "published checkpoint (or former_log.place)", row["checkpoint"], found or b""
        return
    try:
        published = policy.parse((at(row["place"]).read("policy") or b"").decode()).logs
    except (OSError, ValueError):
        published = ()
    if not set(policy.parse(row["policy"]).logs) <= set(published):
        yield "published policy", row["policy"], "a policy without these keys"


def _without_log(known: list[int]) -> Iterator[Finding]:
    statement = select(raw_text(Record.public_id.expression), FormerEntry.log_id).join(
        Record, Record.id == FormerEntry.record_id
    )
    for number, log_id in db.session.execute(statement.where(FormerEntry.log_id.not_in(known)).limit(1000)):
        yield Finding(text_of(number), "former_entry.log_id", "a log that ended", str(log_id))
