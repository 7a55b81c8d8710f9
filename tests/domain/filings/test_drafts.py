from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from ipplatform.domain.filings import queries, services
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import Conflict, Forbidden, Invalid, NotFound
from tests.databases import both_databases
from tests.factories import actor_of, make_person, member
from tests.factories.filings import draft, received, submitted


@both_databases
@pytest.mark.parametrize("typed", ["a\x00b", "电池", "🧊" * 100, "\u202eabc", "x" * 100_000])
def test_whatever_is_typed_is_kept(app: Flask, typed: str) -> None:
    actor = actor_of(*member("filer"))
    filing = draft(actor, title=typed)
    db.session.expire_all()
    assert filing.fields["title"] == typed


def test_a_draft_is_sealed_at_rest(app: Flask) -> None:
    filing = draft(actor_of(*member("filer")))
    stored = db.session.execute(text("SELECT fields FROM filing WHERE id = :id"), {"id": filing.id}).scalar_one()
    assert b"Cooling" not in bytes(stored)


def test_a_new_draft_names_the_organisation_as_owner(app: Flask) -> None:
    person, organisation = member("filer")
    with transaction():
        filing = services.start_draft(actor=actor_of(person, organisation), asset_kind="design")
    assert filing.fields["owners"] == [{"name": organisation.name, "country": "CN", "share": "1/1"}]


def test_saving_the_same_again_changes_no_version(app: Flask) -> None:
    actor = actor_of(*member("filer"))
    filing = draft(actor, title="Plate")
    before = filing.version
    with transaction():
        services.save_draft(actor=actor, filing_id=filing.id, task="title", answers={"title": "Plate"}, version=1)
    assert filing.version == before


def test_an_older_version_of_the_same_task_is_refused(app: Flask) -> None:
    actor = actor_of(*member("filer"))
    filing = draft(actor, title="Plate")
    seen = filing.version
    with transaction():
        services.save_draft(actor=actor, filing_id=filing.id, task="abstract", answers={"abstract": "A"}, version=seen)
        services.save_draft(actor=actor, filing_id=filing.id, task="title", answers={"title": "B"}, version=seen)
    with pytest.raises(services.DraftChanged) as refusal, transaction():
        services.save_draft(actor=actor, filing_id=filing.id, task="title", answers={"title": "C"}, version=seen)
    assert refusal.value.detail["task"] == "title"
    assert filing.fields["title"] == "B"


def test_answers_of_another_task_are_not_taken_along(app: Flask) -> None:
    actor = actor_of(*member("filer"))
    filing = draft(actor, title="Plate")
    with transaction():
        services.save_draft(
            actor=actor,
            filing_id=filing.id,
            task="title",
            answers={"title": "B", "abstract": "C", "status": "registered"},
        )
    assert "abstract" not in filing.fields
    assert "status" not in filing.fields


def test_only_those_who_file_begin_drafts(app: Flask) -> None:
    person, organisation = member("viewer")
    with pytest.raises(Forbidden), transaction():
        services.start_draft(actor=actor_of(person, organisation), asset_kind="patent")
    with pytest.raises(NotFound), transaction():
        services.start_draft(actor=actor_of(make_person()), asset_kind="patent")


def test_a_submitted_filing_is_never_changed(app: Flask) -> None:
    person, organisation = member("filer")
    actor = actor_of(person, organisation)
    filing, document = submitted(actor), received(actor, organisation)
    with pytest.raises(Conflict), transaction():
        services.save_draft(actor=actor, filing_id=filing.id, task="title", answers={"title": "Other"})
    with pytest.raises(Conflict), transaction():
        services.attach(actor=actor, filing_id=filing.id, role="drawings", document=document)


def test_attaching_twice_changes_the_role(app: Flask) -> None:
    person, organisation = member("filer")
    actor = actor_of(person, organisation)
    filing, document = draft(actor), received(actor, organisation)
    with transaction():
        services.attach(actor=actor, filing_id=filing.id, role="drawings", document=document)
        services.attach(actor=actor, filing_id=filing.id, role="other", document=document)
    assert [(role, one.id) for role, one in queries.attachments(filing.id)] == [("other", document.id)]
    with transaction():
        services.detach(actor=actor, filing_id=filing.id, document=document.public_id)
    for unknown in (document.public_id, "\x00", "nothing"):
        with pytest.raises(NotFound), transaction():
            services.detach(actor=actor, filing_id=filing.id, document=unknown)


def test_a_filing_takes_a_limited_number_of_documents(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    person, organisation = member("filer")
    actor = actor_of(person, organisation)
    filing = draft(actor)
    settings = app.config["SETTINGS"]
    monkeypatch.setitem(app.config, "SETTINGS", type(settings)(**{**_values(settings), "filing_max_documents": 1}))
    first, second = received(actor, organisation), received(actor, organisation, "b.png", b"\x89PNG\r\n\x1a\nb")
    with transaction():
        services.attach(actor=actor, filing_id=filing.id, role="drawings", document=first)
    with pytest.raises(Invalid), transaction():
        services.attach(actor=actor, filing_id=filing.id, role="drawings", document=second)


def _values(settings: object) -> dict[str, object]:
    return {name: getattr(settings, name) for name in type(settings).__dataclass_fields__}  # type: ignore[attr-defined]
