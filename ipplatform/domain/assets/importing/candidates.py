"""The documents of a file, read one by one and handed on in batches; no database here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ipplatform.domain.assets.reading import archives, formats
from ipplatform.domain.assets.reading.archives import Limits, Member
from ipplatform.domain.assets.reading.outcome import RefusedDocument, Remark
from ipplatform.domain.assets.reading.publication import Publication
from ipplatform.domain.assets.reading.splitter import RawDocument, split

BATCH_DOCUMENTS = 100
BATCH_BYTES = 16 * 1024**2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that can go into the register (``publication``) or cannot (``refusal``).

    ``position`` counts the file's documents from 1; ``line`` is where it begins in its ``member``.
    """

    position: int
    member: str
    line: int
    content: bytes
    publication: Publication | None = None
    refusal: Remark | None = None


def read_all(members: Iterable[Member], limits: Limits, *, after: int = 0) -> Iterator[Candidate]:
    """The documents behind position ``after``; UnusableFile when the file breaks off, after what was before."""
    position = 0
    for member in members:
        for raw in split(member.chunks, limits.document_bytes):
            position += 1
            if position > after:
                yield read_one(raw, position, member.name, limits)


def read_one(raw: RawDocument, position: int, member: str, limits: Limits) -> Candidate:
    if raw.content is None:
        refusal = Remark("too_large", {"limit": limits.document_bytes})
        return Candidate(position, member, raw.line, b"", refusal=refusal)
    try:
        publication = formats.read(raw.content)
    except RefusedDocument as error:
        return Candidate(position, member, raw.line, b"", refusal=error.remark)
    return Candidate(position, member, raw.line, raw.content, publication=publication)


def batches(candidates: Iterator[Candidate]) -> Iterator[list[Candidate]]:
    """Lists bounded in number and bytes. What was read before a file breaks off is handed on before the error is."""
    batch: list[Candidate] = []
    size = 0
    broken: archives.UnusableFile | None = None
    while True:
        try:
            candidate = next(candidates, None)
        except archives.UnusableFile as error:
            candidate, broken = None, error
        if candidate is None:
            break
        batch.append(candidate)
        size += len(candidate.content)
        if len(batch) >= BATCH_DOCUMENTS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
    if broken is not None:
        raise broken
