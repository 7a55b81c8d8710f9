from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from ipplatform.domain.evidence import queries as evidence
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.filings import queries, services
from ipplatform.domain.filings.models import Filing, FilingDocument
from ipplatform.foundation import jobs
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import Conflict, Forbidden, Invalid, NotFound
from tests.databases import both_databases
from tests.factories import actor_of, member
from tests.factories.assets import make_asset
from tests.factories.filings import decided, draft, patent_fields, received, submitted


@both_databases
def test_a_submitted_filing_is_a_record_of_its_fields_and_documents(app: Flask) -> None:
    person, organisation = member("filer")
    actor = actor_of(person, organisation)
    document = received(actor, organisation)
    filing = draft(actor)
    with transaction():
        services.attach(actor=actor, filing_id=filing.id, role="drawings", document=document)
        services.submit(actor=actor, filing_id=filing.id, idempotency_key="one")
    record = evidence.record_by_filing(filing.public_id)
    assert record is not None
    assert record.manifest is not None
    manifest = json.loads(record.manifest)
    assert manifest["fields"]["claims"][1] == {
        "number": 2,
        "text": "The cooling plate of claim 1, in which the channel meanders.",
    }
    assert manifest["fields"]["owners"] == [{"name": "Northfield Cells Ltd", "country": "GB", "share": "1/1"}]
    assert manifest["documents"][0]["sha256"] == document.sha256
    assert manifest["asset"] == filing.asset
    assert filing.content == manifest["fields"]


@both_databases
def test_a_second_click_gives_the_same_filing_and_one_record(app: Flask) -> None:
    actor = actor_of(*member("filer"))
    filing = draft(actor)
    for key in ("one", "one", "two"):
        with transaction():
            assert services.submit(actor=actor, filing_id=filing.id, idempotency_key=key).id == filing.id
    assert db.session.scalar(select(func.count()).select_from(Record)) == 1


@both_databases
def test_clicks_at_the_same_moment_give_one_record(app: Flask) -> None:
    actor = actor_of(*member("filer"))
    filing = draft(actor)
    identity = filing.id

    def click(_number: int) -> str:
        with app.app_context(), transaction():
            return services.submit(actor=actor, filing_id=identity, idempotency_key="one").public_id

    db.session.rollback()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(click, range(8)))
    assert set(answers) == {filing.public_id}
    assert db.session.scalar(select(func.count()).select_from(Record)) == 1


@both_databases
def test_requests_at_the_same_moment_with_one_key_give_one_filing(app: Flask) -> None:
    person, organisation = member("filer")
    actor, organisation_id = actor_of(person, organisation), organisation.id

    def send(_number: int) -> tuple[str, bool]:
        with app.app_context(), transaction():
            filing, new = services.submit_new(
                actor=actor,
                organisation_id=organisation_id,
                asset_kind="patent",
                fields=patent_fields(),
                documents=[],
                idempotency_key="one",
            )
            return filing.public_id, new

    db.session.rollback()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert len({public_id for public_id, _new in answers}) == 1
    assert [new for _public_id, new in answers].count(True) == 1
    assert db.session.scalar(select(func.count()).select_from(Filing)) == 1


def test_the_same_key_for_another_request_is_refused(app: Flask) -> None:
    person, organisation = member("filer")
    actor = actor_of(person, organisation)

    def send(title: str) -> Filing:
        with transaction():
            return services.submit_new(
                actor=actor,
                organisation_id=organisation.id,
                asset_kind="patent",
                fields=patent_fields(title=title),
                documents=[],
                idempotency_key="one",
            )[0]

    assert send("A plate").id == send("A plate").id
    with pytest.raises(Conflict) as refusal:
        send("Another plate")
    assert refusal.value.code == "idempotency_mismatch"


def test_an_incomplete_draft_is_refused_and_every_gap_named(app: Flask) -> None:
    actor = actor_of(*member("filer"))
    filing = draft(actor, title="Only a title")
    with pytest.raises(Invalid) as refusal, transaction():
        services.submit(actor=actor, filing_id=filing.id, idempotency_key="one")
    assert set(refusal.value.fields) == {"language", "abstract", "claims", "description", "inventors", "classes"}
    assert db.session.get_one(Filing, filing.id).status == "draft"


def test_a_refused_request_leaves_no_draft_behind(app: Flask) -> None:
    person, organisation = member("filer")
    with pytest.raises(Invalid), transaction():
        services.submit_new(
            actor=actor_of(person, organisation),
            organisation_id=organisation.id,
            asset_kind="patent",
            fields={"title": "Only a title"},
            documents=[],
            idempotency_key="one",
        )
    assert db.session.scalar(select(func.count()).select_from(Filing)) == 0


def test_a_field_nobody_asked_for_is_named(app: Flask) -> None:
    person, organisation = member("filer")
    with pytest.raises(Invalid) as refusal, transaction():
        services.submit_new(
            actor=actor_of(person, organisation),
            organisation_id=organisation.id,
            asset_kind="patent",
            fields=patent_fields(colour="red"),
            documents=[],
            idempotency_key="one",
        )
    assert set(refusal.value.fields) == {"colour"}


def test_a_viewer_may_not_submit_and_a_stranger_may_not_even_know(app: Flask) -> None:
    person, organisation = member("filer")
    filing = draft(actor_of(person, organisation))
    viewer, _ = member("viewer", organisation=organisation)
    with pytest.raises(Forbidden), transaction():
        services.submit(actor=actor_of(viewer, organisation), filing_id=filing.id, idempotency_key="one")
    stranger = actor_of(*member("administrator"))
    with pytest.raises(NotFound), transaction():
        services.submit(actor=stranger, filing_id=filing.id, idempotency_key="one")


def test_a_document_of_another_organisation_cannot_be_attached(app: Flask) -> None:
    actor = actor_of(*member("filer"))
    stranger, other = member("filer")
    foreign = received(actor_of(stranger, other), other)
    filing = draft(actor)
    with pytest.raises(NotFound), transaction():
        services.attach(actor=actor, filing_id=filing.id, role="drawings", document=foreign)


def test_a_filing_waits_for_a_signed_checkpoint_before_it_is_called_recorded(app: Flask) -> None:
    actor = actor_of(*member("filer"))
    filing = submitted(actor, sequenced=False)
    assert queries.shown_statuses([filing]) == {filing.id: "awaiting_inclusion"}
    sequencer.run_once()
    assert queries.shown_statuses([filing]) == {filing.id: "recorded"}


def test_the_submitter_gets_a_receipt_by_mail_without_the_title(app: Flask) -> None:
    actor = actor_of(*member("filer"))
    filing = submitted(actor)
    jobs.run_all()
    folder = app.config["SETTINGS"].mail_folder
    mails = [path.read_text() for path in folder.iterdir()]
    assert len(mails) == 1
    assert "Cooling plate" not in mails[0]
    assert f"/filings/{filing.public_id}" in mails[0].replace("=\n", "")


@pytest.mark.parametrize("status", ["under_examination", "deficient"])
def test_an_application_can_be_withdrawn_until_it_is_decided(app: Flask, status: str) -> None:
    actor = actor_of(*member("filer"))
    if status == "deficient":
        filing, _ = decided(actor, "deficient")
        with transaction():
            services.start_answer(actor=actor, filing_id=filing.id)
    else:
        filing = submitted(actor)
    with transaction():
        withdrawal = services.withdraw(actor=actor, filing_id=filing.id, reason="No longer wanted.")
    assert filing.status == "withdrawn"
    assert withdrawal.record_id is not None
    assert queries.open_answer(filing.id) is None
    with pytest.raises(Conflict), transaction():
        services.withdraw(actor=actor, filing_id=filing.id)


def test_a_decided_application_cannot_be_withdrawn(app: Flask) -> None:
    actor = actor_of(*member("filer"))
    filing, _ = decided(actor)
    with pytest.raises(Conflict), transaction():
        services.withdraw(actor=actor, filing_id=filing.id)


@both_databases
def test_an_act_of_another_capability_is_recorded_once(app: Flask) -> None:
    person, organisation = member("filer")
    actor = actor_of(person, organisation)
    asset = make_asset(organisation)
    document = received(actor, organisation)
    filings = []
    for _ in range(2):
        with transaction():
            filings.append(
                services.record_act(
                    actor=actor,
                    organisation_id=organisation.id,
                    kind="licence",
                    asset=asset,
                    fields={"exclusivity": "exclusive"},
                    documents=[document],
                    idempotency_key="agreement-1",
                ).id
            )
    assert filings[0] == filings[1]
    kept = db.session.get_one(Filing, filings[0])
    assert kept.status == "submitted"
    assert kept.asset == asset.public_id
    assert db.session.scalar(select(func.count()).select_from(FilingDocument)) == 1
    with pytest.raises(Conflict), transaction():
        services.record_act(
            actor=actor,
            organisation_id=organisation.id,
            kind="licence",
            asset=asset,
            fields={"exclusivity": "sole"},
            documents=[document],
            idempotency_key="agreement-1",
        )
