"""What goes into a bundle, in its fixed order, from records to named byte sources."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from ipplatform.domain.evidence import queries
from ipplatform.domain.evidence.bundle import chinese, court, texts
from ipplatform.domain.evidence.bundle import signed as hand
from ipplatform.domain.evidence.bundle.proofs import AWAITING, covering, proof
from ipplatform.domain.evidence.certificate.bundle import Certified
from ipplatform.domain.evidence.erasure import bundle as erasure
from ipplatform.domain.evidence.formats import canonical, note
from ipplatform.domain.evidence.formats import checkpoint as heads
from ipplatform.domain.evidence.holder.bundle import Signatures
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.succession.bundle import Former
from ipplatform.domain.evidence.time.bundle import Stamps
from ipplatform.domain.evidence.witness.bundle import Head
from ipplatform.domain.evidence.witness.texts import Witnesses
from ipplatform.foundation import storage
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import Conflict, NotFound

MOST_HISTORY = 1000


@dataclass(frozen=True)
class Member:
    """A file of the bundle. `size` in bytes, digests in hexadecimal; `chunks` opens it.

    `is_file`: read from storage when the bundle is sent, and not made here.
    """

    name: str
    size: int
    sha256: str
    sha512: str
    chunks: Callable[[], Iterable[bytes]]
    is_file: bool = False


def members(record: Record, *, with_filing: bool) -> list[Member]:
    """Every file in order. `with_filing` adds manifest, salt and documents: for its holder and the office only.

    A filing whose content was erased has the erase entry instead. Raises Conflict (awaiting_inclusion) before a
    published checkpoint covers the record and its asset's history.
    """
    others, erase = history(record), erasure.erase_record(record)
    with_filing = with_filing and erase is None
    checkpoint = covering([record, *others, *([erase] if erase else [])])
    if checkpoint is None:
        raise Conflict(AWAITING, code="awaiting_inclusion")
    signed = Signatures(record) if with_filing else None
    former = Former(record)
    stamps, certified = Stamps(record.leaf_index or 0), Certified(record, with_filing=with_filing)
    filing = list(filing_members(record, signed)) if signed else []
    log = list(log_members(record, others, checkpoint))
    for files in (
        erasure.files(erase, checkpoint),
        former.files(lambda other: proof(other, checkpoint)),
        stamps.files(),
        certified.files(),
    ):
        log += [of_bytes(name, data) for name, data in files]
    facts = texts.Facts.of(record, checkpoint, checkpoint.policy, with_filing, stamps.readme, erase)
    said = court.Statements.about(record)
    beside = chinese.Beside(checkpoint, stamps.interval, signed.any if signed else None, certified.any)
    own_words = (
        Witnesses(checkpoint).readme + (signed.readme if signed else "") + certified.readme + court.english(said)
    )
    steps = _steps(checkpoint, erase, former) + (signed.instructions if signed else "")
    steps += stamps.instructions + certified.instructions
    words = [
        of_bytes("README.txt", texts.readme(facts) + own_words.encode()),
        of_bytes("README.zh.txt", chinese.readme(facts, beside, said)),
        of_bytes("VERIFY.txt", texts.instructions(facts, with_documents=_holds_documents(filing)) + steps.encode()),
        of_bytes("verify.sh", texts.script()),
    ]
    return words + _sums(words + filing + log) + filing + log


def _holds_documents(filing: list[Member]) -> bool:
    return any(re.match(r"filing/\d{3}-", member.name) for member in filing)


def _steps(checkpoint: Head, erase: Record | None, former: Former) -> str:
    """Commands for the head's own signatures and its witnesses', for an erasure and for logs that ended."""
    head = heads.parse(note.parse(checkpoint.note).text)
    own = hand.split("log/entry.tlog-proof") + "\n" + hand.commands(checkpoint.policy.logs, head)
    own += Witnesses(checkpoint).instructions
    return own + (erasure.INSTRUCTIONS if erase else "") + former.instructions


def _sums(listed: list[Member]) -> list[Member]:
    return [
        of_bytes("SHA256SUMS", "".join(f"{item.sha256}  {item.name}\n" for item in listed).encode()),
        of_bytes("SHA512SUMS", "".join(f"{item.sha512}  {item.name}\n" for item in listed).encode()),
    ]


def history(record: Record) -> list[Record]:
    """The asset's other filings that have their place in the log, oldest first."""
    if record.asset is None:
        return []
    others = select(Record).where(
        Record.asset == record.asset, Record.id != record.id, Record.leaf_index < queries.published_size()
    )
    return list(db.session.scalars(others.order_by(Record.leaf_index).limit(MOST_HISTORY)))


def filing_members(record: Record, signed: Signatures) -> Iterator[Member]:
    if record.manifest is None or record.salt is None:
        raise NotFound
    yield of_bytes("filing/manifest.json", record.manifest)
    yield of_bytes("filing/salt.hex", record.salt.hex().encode())
    for name, content in signed.files():
        yield of_bytes(name, content)
    documents = canonical.loads(record.manifest)["documents"]
    kept = {place.position: place.storage_key for place in record.documents}
    for position, document in enumerate(documents):
        key = kept.get(position)
        if key is not None:
            name = f"filing/{position + 1:03d}-{safe_name(document['name'])}"
            yield Member(name, document["size"], document["sha256"], document["sha512"], opener(key), True)


def log_members(record: Record, others: list[Record], checkpoint: Head) -> Iterator[Member]:
    policy = checkpoint.policy
    yield of_bytes("log/entry.json", bytes(record.leaf))
    yield of_bytes("log/entry.tlog-proof", proof(record, checkpoint).data)
    yield of_bytes("log/policy.txt", policy.text.encode())
    yield of_bytes("log/vkeys.txt", "".join(f"{key.vkey}\n" for key in policy.logs).encode())
    for other in others:
        yield of_bytes(f"history/{other.leaf_index:012d}.json", bytes(other.leaf))
        yield of_bytes(f"history/{other.leaf_index:012d}.tlog-proof", proof(other, checkpoint).data)


def of_bytes(name: str, data: bytes) -> Member:
    digests = hashlib.sha256(data).hexdigest(), hashlib.sha512(data).hexdigest()
    return Member(name, len(data), *digests, chunks=lambda: (data,))


def opener(key: str) -> Callable[[], Iterable[bytes]]:
    return lambda: storage.read(key)


def safe_name(name: str) -> str:
    """A file name for every system: ASCII letters, digits, dot, hyphen and underscore; the manifest has the real one."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("._-")[-80:]
    return stem.lstrip("._-") or "document"
