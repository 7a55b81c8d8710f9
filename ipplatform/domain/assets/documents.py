"""Documents: received as a stream, hashed on the way, sealed at rest, and given back as they came."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Protocol

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.assets import media, pdf_pages
from ipplatform.domain.assets.models import Document
from ipplatform.domain.assets.permissions import READ_DOCUMENT, UPLOAD_DOCUMENT
from ipplatform.domain.audit import services as audit
from ipplatform.domain.evidence.manifest import DocumentDigest
from ipplatform.foundation import secretbox, settings, storage
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import DamagedFile, Invalid, TooLarge
from ipplatform.foundation.i18n import _
from ipplatform.foundation.ids import new_public_id

CHUNK = 64 * 1024
PDF = "application/pdf"


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _OfOrganisation:
    """The subject of a permission where there is no row yet."""

    def __init__(self, organisation_id: int):
        self.organisation_id = organisation_id


class Hashing:
    """Counts and hashes bytes as they pass; TooLarge as soon as there are more than ``limit``."""

    def __init__(self, limit: int):
        self._limit = limit
        self._sha256, self._sha512 = hashlib.sha256(), hashlib.sha512()
        self.size = 0

    def through(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.size += len(chunk)
            if self.size > self._limit:
                raise TooLarge(_("A file may have at most %(limit)s MB.", limit=self._limit // 1024**2))
            self._sha256.update(chunk)
            self._sha512.update(chunk)
            yield chunk

    @property
    def digests(self) -> dict[str, str]:
        return {"sha256": self._sha256.hexdigest(), "sha512": self._sha512.hexdigest()}


def receive(
    *,
    actor: Actor,
    stream: Readable | Iterable[bytes],
    name: str | None,
    declared_type: str | None = None,
    organisation_id: int,
    accepted: Collection[str] | None = None,
) -> Document:
    """Keep what ``stream`` brings for the organisation; it is never held in memory.

    Raises Invalid on ``file`` (no name, empty, a type not accepted or not the one the name promises), TooLarge.
    ``declared_type`` is what the sender says; the content decides. ``accepted`` narrows the media types. A PDF whose pages cannot be counted is kept with
    ``pages`` None: it may still be valid evidence.
    """
    require(UPLOAD_DOCUMENT, actor, _OfOrganisation(organisation_id))
    kept_name = media.clean_name(name)
    chunks = _chunks(stream)
    start = _start(chunks)
    if not start:
        raise Invalid({"file": [_("%(name)s is empty.", name=kept_name)]}, code="empty_file")
    media_type = media.sniff(start[: media.SNIFFED_BYTES], kept_name)
    if accepted is not None and media_type not in accepted:
        raise Invalid(
            {"file": [_("%(name)s is of a type that is not accepted here.", name=kept_name)]}, code="media_type"
        )
    document = keep(
        organisation_id=organisation_id,
        name=kept_name,
        media_type=media_type,
        chunks=_joined(start, chunks),
        counts_pages=media_type == PDF,
    )
    audit.record(actor=actor, action="document.receive", subject_kind="document", subject=document.public_id)
    return document


def keep(
    *, organisation_id: int, name: str, media_type: str, chunks: Iterable[bytes], counts_pages: bool = False
) -> Document:
    """Seal ``chunks`` into storage and enter the document, whose name and type are already known to be good.

    Pages are counted before the row is written: a hostile PDF takes long, and a row holds SQLite's only write lock.
    """
    hashing = Hashing(settings.current().document_max_bytes)
    key = storage.put_stream(hashing.through(chunks))
    pages = pdf_pages.count(storage.read(key), hashing.size) if counts_pages else None
    document = Document(
        public_id=new_public_id(),
        organisation_id=organisation_id,
        name=name,
        media_type=media_type,
        size=hashing.size,
        pages=pages,
        storage_key=key,
        **hashing.digests,
    )
    db.session.add(document)
    db.session.flush()
    return document


def open_document(document: Document) -> Iterator[bytes]:
    """The bytes as received. Raises secretbox.Damaged where they have changed, FileNotFoundError where they are gone.

    The last chunk comes only after size and SHA-256 were found to be those received: who has all of it has the document.
    """
    return _as_received(storage.read(document.storage_key), document.size, document.sha256)


def check(document: Document) -> None:
    """Read it to its end. Raises DamagedFile where it is gone or is not what was received."""
    try:
        deque(open_document(document), maxlen=0)
    except (OSError, secretbox.Damaged) as error:
        raise DamagedFile from error


def open_for(*, actor: Actor, document: Document) -> Iterator[bytes]:
    """The bytes for a member of the organisation; NotFound for everybody else."""
    require(READ_DOCUMENT, actor, document)
    return open_document(document)


def digest_of(document: Document, *, role: str) -> DocumentDigest:
    """How a manifest names the document."""
    return DocumentDigest(
        role=role,
        name=document.name,
        media_type=document.media_type,
        size=document.size,
        sha256=document.sha256,
        sha512=document.sha512,
        storage_key=document.storage_key,
    )


def _as_received(chunks: Iterator[bytes], size: int, sha256: str) -> Iterator[bytes]:
    digest, read, held = hashlib.sha256(), 0, b""
    for chunk in chunks:
        if held:
            yield held
        digest.update(chunk)
        read, held = read + len(chunk), chunk
    if (read, digest.hexdigest()) != (size, sha256):
        raise secretbox.Damaged("stored document is not the one received")
    yield held


def _chunks(stream: Readable | Iterable[bytes]) -> Iterator[bytes]:
    reader: Any = getattr(stream, "read", None)
    return iter(lambda: reader(CHUNK), b"") if reader is not None else iter(stream)  # type: ignore[arg-type]


def _start(chunks: Iterator[bytes]) -> bytes:
    """As many chunks as sniffing needs: a slow client sends a few bytes at a time."""
    start = bytearray()
    for chunk in chunks:
        start += chunk
        if len(start) >= media.SNIFFED_BYTES:
            break
    return bytes(start)


def _joined(start: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield start
    yield from rest
