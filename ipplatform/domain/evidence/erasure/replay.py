"""After a restored backup: destroy again what had been erased. `ipplatform erasure replay`, docs/operators/erasure.md."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from ipplatform.domain.accounts.models import Person
from ipplatform.domain.evidence import queries as log
from ipplatform.domain.evidence import seals
from ipplatform.domain.evidence.erasure import destroying, journal, queries, rules
from ipplatform.domain.evidence.erasure.jobs import destroy_files
from ipplatform.domain.evidence.erasure.journal import Entry
from ipplatform.domain.evidence.erasure.models import ErasureApproval, ErasureRequest
from ipplatform.domain.evidence.formats import canonical
from ipplatform.domain.evidence.manifest import plain
from ipplatform.domain.evidence.models import LogLeaf, Record
from ipplatform.foundation.db import db, transaction


@dataclass
class Outcome:
    """`taken_back` erase records were missing from the database; `emptied` filings had content again.

    `unknown` are entries of the journal that no log holds: their erasure was never committed.
    """

    erasures: int = 0
    taken_back: int = 0
    emptied: int = 0
    unknown: list[str] = field(default_factory=list)


def replay() -> Outcome:
    """Each erasure in a transaction of its own. Run `ipplatform log replay-tail` first, so that the log is whole again.

    Raises journal.JournalError when a file of the journal was changed.
    """
    outcome = Outcome()
    for entry in list(journal.read_all()):
        with transaction():
            _take_back(entry, outcome)
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


def _take_back(entry: Entry, outcome: Outcome) -> None:
    """The erase record of an entry whose leaf is in the log while its record is not."""
    if log.record_by_filing_id(entry.filing) is not None:
        return
    index = db.session.scalar(select(LogLeaf.leaf_index).where(LogLeaf.entry == entry.leaf.encode()))
    if index is None:
        outcome.unknown.append(entry.filing)
        return
    erase = _record(entry, index)
    db.session.add(erase)
    db.session.flush()
    _carry_on(erase)
    outcome.taken_back += 1


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


def _record(entry: Entry, index: int) -> Record:
    key = f"erasure/{entry.filing}"
    manifest = canonical.loads(entry.manifest.encode())
    content = {"kind": rules.KIND, "asset": entry.asset, "fields": manifest["fields"], "documents": []}
    digest = seals.content_digest(canonical.dumps(plain(content)))
    return Record(
        public_id=entry.filing,
        organisation_id=None,
        asset=entry.asset,
        kind=rules.KIND,
        idempotency_key=key,
        request_digest=digest,
        manifest=entry.manifest.encode(),
        salt=bytes.fromhex(entry.salt),
        commitment=entry.commitment,
        leaf=entry.leaf.encode(),
        leaf_index=index,
        seal=seals.seal(organisation_id=None, idempotency_key=key, request_digest=digest, storage_keys=[]),
        created_at=entry.moment,
    )
