"""What a witness answered: cosignatures are verified and kept, refusals are kept for the operator to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.audit import services as trail
from ipplatform.domain.evidence.formats import cosignature, note
from ipplatform.domain.evidence.witness import quorum, transport
from ipplatform.domain.evidence.witness.models import Cosignature, Endpoint
from ipplatform.foundation import clock
from ipplatform.foundation.db import db
from ipplatform.foundation.events import publish

if TYPE_CHECKING:
    from ipplatform.domain.evidence.witness.client import Question

AHEAD = timedelta(minutes=5)
SIZE_TYPE = "text/x.tlog.size"
log = structlog.get_logger()


@dataclass(frozen=True)
class Outcome:
    cosignatures: int = 0
    ask_again: bool = False


class Refused(Exception):
    """The witness did not cosign; the message says why. `contradicts`: it says that it holds another history."""

    def __init__(self, reason: str, *, contradicts: bool = False) -> None:
        super().__init__(reason)
        self.contradicts = contradicts


class HoldsOther(Exception):
    """The witness holds another size than was believed."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


def store(question: Question, reply: transport.Reply | transport.Unreachable) -> Outcome:
    """Keep in the current transaction what came of a question."""
    state = _state(question.url)
    state.tried_at = clock.now()
    try:
        if isinstance(reply, transport.Unreachable):
            raise Refused(str(reply))
        lines = list(_cosignatures(question, _accepted(question, reply)))
    except HoldsOther as held:
        state.known_size = held.size
        return Outcome(ask_again=True)
    except Refused as refused:
        _fail(state, refused, question.size)
        return Outcome()
    state.known_size = state.cosigned_size = question.size
    state.succeeded_at, state.contradicted = state.tried_at, False
    lacking = sorted(set(question.keys) - {name for name, _ in lines})
    state.failures = state.failures + 1 if lacking else 0
    state.error = f"it did not cosign with every key: {', '.join(lacking)}" if lacking else None
    for name, line in lines:
        _keep(question.size, name, line)
    quorum.note_when_met(question.size)
    return Outcome(len(lines))


def _accepted(question: Question, reply: transport.Reply) -> bytes:
    """The body of a 200. Raises HoldsOther or Refused for everything else."""
    if reply.status == 200:
        return reply.body
    text = reply.body[:200].decode("utf-8", "replace").strip()
    if reply.status == 422:
        reason = "it says that our checkpoint does not extend the one it holds"
        raise Refused(f"{reason} ({text})", contradicts=True)
    if reply.status != 409:
        raise Refused(f"it answered {reply.status}: {text}")
    held = re.fullmatch(rb"(0|[1-9][0-9]{0,18})\n", reply.body)
    if held is None or reply.media_type.partition(";")[0] != SIZE_TYPE:
        raise Refused(f"it answered 409 without a size: {text}")
    size = int(held[1])
    if size == question.sent.old:
        raise Refused(f"it holds another tree of {size} entries than ours", contradicts=True)
    if size > question.size:
        raise Refused(
            f"it holds {size} entries of our log, more than the {question.size} asked about. If that stays, the "
            "database was restored from a backup, or somebody else signs with our key"
        )
    raise HoldsOther(size)


def _cosignatures(question: Question, body: bytes) -> Iterator[tuple[str, note.Signature]]:
    """The lines of the keys we expect. Raises Refused when one is false, or none is there."""
    text = note.parse(question.sent.checkpoint).text
    try:
        signed = note.parse(text.encode() + b"\n" + body)
        keys = {(key.name, key.key_id): name for name, key in question.keys.items()}
        verified = note.verify(signed, question.keys.values())
    except note.NoteError as error:
        raise Refused(f"its answer is not a cosignature: {error}") from error
    if not verified:
        raise Refused("its answer holds no cosignature by the keys in WITNESS_POLICY")
    seen: set[str] = set()
    for line in signed.signatures:
        name = keys.get((line.name, line.key_id))
        if name is not None and name not in seen:
            seen.add(name)
            _require_time(line)
            yield name, line


def _require_time(line: note.Signature) -> None:
    moment = moment_of(line)
    if moment is None or moment > clock.now() + AHEAD:
        raise Refused("its cosignature states no time, or one in the future")


def moment_of(line: note.Signature) -> datetime | None:
    """When the witness says it cosigned; None for 0, by which it says nothing."""
    time = cosignature.split(line.signature)[0]
    try:
        return datetime.fromtimestamp(time, UTC) if time else None
    except (ValueError, OverflowError, OSError):
        return None


def _keep(size: int, name: str, line: note.Signature) -> None:
    same = select(Cosignature).where(Cosignature.size == size, Cosignature.witness == name)
    if db.session.scalars(same).one_or_none() is None:
        moment = moment_of(line) or clock.now()
        data = line.line.encode()
        row = Cosignature(size=size, witness=name, line=data, cosigned_at=moment, received_at=clock.now())
        db.session.add(row)
        db.session.flush()


def _state(url: str) -> Endpoint:
    found = db.session.scalars(select(Endpoint).where(Endpoint.url == url)).one_or_none()
    if found is None:
        found = Endpoint(url=url, known_size=0, failures=0, contradicted=False)
        db.session.add(found)
        db.session.flush()
    return found


def _fail(state: Endpoint, refused: Refused, size: int) -> None:
    state.failures += 1
    log.warning("witness did not cosign", witness=state.url, size=size, reason=str(refused))
    if refused.contradicts and not state.contradicted:
        log.critical("a witness contradicts our log", witness=state.url, size=size, reason=str(refused))
        trail.record(
            actor=SYSTEM, action="witness.contradicts", subject_kind="witness", subject=state.url[:80], size=size
        )
        publish("witness.contradicts", url=state.url, size=size)
    state.error, state.contradicted = str(refused), state.contradicted or refused.contradicts
