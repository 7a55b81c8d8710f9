"""Documents are streamed, hashed, sealed and given back as they came."""

import hashlib
import io
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace

import pypdfium2
import pytest
from flask import Flask

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.assets import documents, pdf_pages
from ipplatform.domain.assets.models import Document
from ipplatform.foundation import settings, storage
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import Forbidden, Invalid, NotFound, TooLarge
from tests.factories import actor_of, make_organisation, member


@pytest.fixture
def holder(app: Flask) -> tuple[Actor, Organisation]:
    person, organisation = member("filer")
    return actor_of(person, organisation), organisation


def receive(holder: tuple[Actor, Organisation], content: object, name: str) -> Document:
    actor, organisation = holder
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    with transaction():
        return documents.receive(actor=actor, stream=stream, name=name, organisation_id=organisation.id)


def pdf(pages: int) -> bytes:
    made = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        made.new_page(200, 200)
    written = io.BytesIO()
    made.save(written)
    made.close()
    return written.getvalue()


def test_what_came_is_what_is_kept(holder: tuple[Actor, Organisation]) -> None:
    content = "说明书\n".encode() * 50_000
    document = receive(holder, content, "../说明书.txt")
    assert (document.name, document.media_type, document.size) == ("说明书.txt", "text/plain", len(content))
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert document.sha512 == hashlib.sha512(content).hexdigest()
    assert b"".join(documents.open_document(document)) == content


def test_the_bytes_at_rest_are_sealed(holder: tuple[Actor, Organisation]) -> None:
    document = receive(holder, b"a secret recipe " * 100, "recipe.txt")
    assert b"recipe" not in storage.path_of(document.storage_key).read_bytes()


def test_a_client_that_sends_few_bytes_at_a_time_is_understood(holder: tuple[Actor, Organisation]) -> None:
    content = b"%PDF-1.7\n" + b"x" * 9_000
    document = receive(holder, (content[place : place + 3] for place in range(0, len(content), 3)), "a.pdf")
    assert (document.media_type, document.size) == ("application/pdf", len(content))


def test_a_large_file_never_stands_in_memory(holder: tuple[Actor, Organisation]) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(600):
            yield b"a" * 64 * 1024

    tracemalloc.start()
    document = receive(holder, chunks(), "large.txt")
    _current, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert document.size == 600 * 64 * 1024
    assert peak < 6 * 1024**2


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(holder: tuple[Actor, Organisation], app: Flask) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], document_max_bytes=100_000)
    with pytest.raises(TooLarge):
        receive(holder, b"a" * 100_001, "a.txt")
    folder = settings.current().documents_dir
    assert not [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(("content", "name"), [(b"", "a.txt"), (b"text", ""), (b"%PDF-", "a.png"), (b"x", "a\x00.txt")])
def test_a_file_that_is_none_is_refused(holder: tuple[Actor, Organisation], content: bytes, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        receive(holder, content, name)
    assert list(refusal.value.fields) == ["file"]


def test_nobody_waits_for_the_database_while_pages_are_counted(
    holder: tuple[Actor, Organisation], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list[bool] = []

    def count(chunks: Iterator[bytes], size: int) -> int:
        waiting.append(db.session().in_transaction())
        return 3

    monkeypatch.setattr(pdf_pages, "count", count)
    assert receive(holder, pdf(1), "drawings.pdf").pages == 3
    assert waiting == [False]


@pytest.mark.parametrize("pages", [1, 7])
def test_the_pages_of_a_pdf_are_counted(holder: tuple[Actor, Organisation], pages: int) -> None:
    assert receive(holder, pdf(pages), "drawings.pdf").pages == pages


@pytest.mark.parametrize("content", [b"%PDF-1.7\n garbage", b"%PDF-1.4\n" + b"\xff" * 5_000, pdf(3)[:300]])
def test_a_damaged_pdf_is_kept_with_its_pages_unknown(holder: tuple[Actor, Organisation], content: bytes) -> None:
    document = receive(holder, content, "damaged.pdf")
    assert document.pages is None
    assert b"".join(documents.open_document(document)) == content


def test_a_pdf_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_pages, "SECONDS", 0.01)
    assert pdf_pages.count([pdf(1)], 100) is None


def test_only_filers_of_the_organisation_bring_documents(app: Flask) -> None:
    organisation = make_organisation()
    viewer = actor_of(member("viewer", organisation=organisation)[0], organisation)
    with pytest.raises(Forbidden):
        receive((viewer, organisation), b"text", "a.txt")
    stranger_person, elsewhere = member("administrator")
    with pytest.raises(NotFound):
        receive((actor_of(stranger_person, elsewhere), organisation), b"text", "a.txt")


def test_only_members_read_a_document(holder: tuple[Actor, Organisation]) -> None:
    document = receive(holder, b"text", "a.txt")
    assert b"".join(documents.open_for(actor=holder[0], document=document)) == b"text"
    stranger, elsewhere = member("administrator")
    with pytest.raises(NotFound):
        documents.open_for(actor=actor_of(stranger, elsewhere), document=document)
