"""After a restored backup: destroy again what had been erased. `ipplatform erasure replay`, docs/operators/erasure.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from ipplatform.domain.accounts.models import Person
from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence import queries as log
from ipplatform.domain.evidence import services, signer
from ipplatform.domain.evidence.erasure import destroying, journal, queries, rules
from ipplatform.domain.evidence.erasure.jobs import destroy_files
from ipplatform.domain.evidence.erasure.journal import Entry
from ipplatform.domain.evidence.erasure.models import ErasureApproval, ErasureRequest
from ipplatform.domain.evidence.formats.merkle import ProofError
from ipplatform.domain.evidence.formats.tiles import TileError
from ipplatform.domain.evidence.models import LogLeaf, Record
from ipplatform.domain.evidence.succession import queries as former
from ipplatform.domain.evidence.succession.models import FormerEntry
from ipplatform.foundation import settings
from ipplatform.foundation.db import db, transaction


class NotWhole(Exception):
    """The database's log, or what was published of one that ended, is not whole; the message says what to do first."""


@dataclass
class Outcome:
    """`taken_back` erase records were missing from the database; `emptied` filings had content again.

    Of those taken back `waiting` stood only in a log that ended: they wait for a place in the present one.
    `unknown` are entries of the journal that no log holds: their erasure was never committed.
    """

    erasures: int = 0
    taken_back: int = 0
    waiting: int = 0
    emptied: int = 0
    unknown: list[str] = field(default_factory=list)


def replay() -> Outcome:
    """Each erasure in a transaction of its own. Run `ipplatform log replay-tail` first, so that the log is whole again.

    Raises journal.JournalError when a file of the journal was changed, signer.Refused when the signer's memory was, and
    NotWhole; nothing was destroyed then.
    """
    outcome = Outcome()
    with transaction(reads_only=True):
        _require_whole_log()
        missing = [entry for entry in journal.read_all() if log.record_by_filing(entry.filing) is None]
        places = _former_places(missing)
    for entry in missing:
        with transaction():
            _take_back(entry, places[entry.filing], outcome)
    with transaction(reads_only=True):
        names = [record.public_id for record in queries.erase_records()]
    for name in names:
        with transaction():
            erase = log.record_by_filing(name)
            assert erase is not None
            journal.write(erase)
            outcome.emptied += destroying.destroy(erase)
            outcome.erasures += 1
        with transaction():
            destroy_files({"erasure": name})
    return outcome


def _require_whole_log() -> None:
    """An erasure whose leaf has not come back yet would be taken for one that was never committed."""
    state, last = log.state(), signer.head()
    origin = settings.current().origin
    if state is not None and state.origin != origin:
        raise NotWhole(
            f"The database's log is {state.origin}, LOG_ORIGIN is {origin}. Run `ipplatform log replay-tail` first: it "
            "leads a database from before the succession to the present log, or says what is wrong. Nothing was destroyed."
        )
    size = state.size if state is not None else 0
    if last is not None and last.size > size:
        raise NotWhole(
            f"The database's log has {size} entries, but {last.size} were signed. Run `ipplatform log replay-tail` first. "
            "Nothing was destroyed."
        )


def _former_places(missing: Sequence[Entry]) -> dict[str, list[FormerEntry]]:
    """Where the entries stood in logs that ended, by erasure; the published files are read only for missing records."""
    found: dict[str, list[FormerEntry]] = {entry.filing: [] for entry in missing}
    for ended in former.former_logs() if missing else []:
        wanted = {leaves.under(ended.log.origin, entry.leaf.encode()): entry.filing for entry in missing}
        try:
            places = former.places_of(ended.log, wanted)
        except (TileError, ProofError, OSError) as error:
            raise NotWhole(
                f"Erasures are looked up in the published files of {ended.log.origin}, which ended: {error}. Put those "
                "files back, then run this again. Nothing was destroyed."
            ) from error
        for leaf, index in places.items():
            found[wanted[leaf]].append(FormerEntry(log_id=ended.log.id, leaf_index=index, leaf=leaf))
    return found


def _take_back(entry: Entry, places: Sequence[FormerEntry], outcome: Outcome) -> None:
    """The erase record of an entry whose leaf is in the log, or in one that ended, while its record is not."""
    index = db.session.scalar(select(LogLeaf.leaf_index).where(LogLeaf.entry == _present(entry)))
    if index is None and not places:
        outcome.unknown.append(entry.filing)
        return
    erase = _record(entry, index)
    db.session.add(erase)
    db.session.flush()
    for place in places:
        place.record_id = erase.id
        db.session.add(place)
    _carry_on(erase)
    outcome.taken_back += 1
    outcome.waiting += index is None


def _carry_on(erase: Record) -> None:
    """A request that this database still holds open was executed later: it is now too, by the two who approved it."""
    statement = select(ErasureRequest).where(ErasureRequest.public_id == erase.public_id)
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        return
    found.approvals.clear()
    db.session.flush()
    named = destroying.said(erase)["approved_by"]
    known = {one.public_id: one.id for one in db.session.scalars(select(Person).where(Person.public_id.in_(named)))}
    for number, public_id in enumerate(named, 1):
        if public_id in known:
            found.approvals.append(ErasureApproval(number=number, person_id=known[public_id], at=erase.created_at))
    found.state, found.erase_record_id, found.decided_at, found.words = rules.EXECUTED, erase.id, erase.created_at, None
    db.session.flush()


def _record(entry: Entry, index: int | None) -> Record:
    record = services.rebuilt(
        filing=entry.filing,
        kind=rules.KIND,
        asset=entry.asset,
        idempotency_key=f"erasure/{entry.filing}",
        manifest=entry.manifest.encode(),
        salt=bytes.fromhex(entry.salt),
        leaf=_present(entry),
        created_at=entry.moment,
    )
    record.leaf_index = index
    return record


def _present(entry: Entry) -> bytes:
    """The journal keeps the leaf of the log in which the erasure was decided; that log may have ended since."""
    return leaves.under(settings.current().origin, entry.leaf.encode())
