from __future__ import annotations

from fractions import Fraction

import pytest
from flask import Flask

from ipplatform.domain.accounts import services as accounts
from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.assets import queries as assets
from ipplatform.domain.evidence import queries as evidence
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.filings import queries, services
from ipplatform.foundation import jobs
from ipplatform.foundation.db import transaction
from ipplatform.foundation.errors import Conflict, Forbidden, Invalid
from tests.databases import both_databases
from tests.factories import actor_of, member, office_person
from tests.factories.filings import decided, draft, patent_fields, received, submitted, taken


@both_databases
def test_registering_enters_the_asset_with_owners_classes_and_public_drawings(app: Flask) -> None:
    person, organisation = member("filer")
    actor = actor_of(person, organisation)
    owners = [
        {"name": organisation.name.upper(), "country": "CN", "share": "1/3"},
        {"name": "Ada Moor", "country": "GB", "share": "2/3"},
    ]
    filing = draft(actor, **patent_fields(owners=owners))
    drawing, letter = received(actor, organisation), received(actor, organisation, "letter.png", b"\x89PNG\r\n\x1a\nx")
    with transaction():
        services.attach(actor=actor, filing_id=filing.id, role="drawings", document=drawing)
        services.attach(actor=actor, filing_id=filing.id, role="other", document=letter)
        services.submit(actor=actor, filing_id=filing.id, idempotency_key="one")
    sequencer.run_once()
    examiner = actor_of(office_person("registrar"))
    with transaction():
        services.take(actor=examiner, filing_id=filing.id)
        decision = services.decide(actor=examiner, filing_id=filing.id, outcome="register")
    asset = assets.asset(filing.asset, with_content=True)
    assert asset is not None
    assert asset.id == filing.asset_id
    assert (asset.status, asset.title, asset.origin) == ("in_force", "Cooling plate for battery cells", "native")
    assert [Fraction(one.share_numerator or 0, one.share_denominator or 1) for one in asset.owners] == [
        Fraction(1, 3),
        Fraction(2, 3),
    ]
    assert asset.owners[0].organisation_id == organisation.id
    assert asset.codes("ipc") == ["H01M 10/0525"]
    assert asset.expiry_date is not None
    assert asset.filing_date is not None
    assert asset.expiry_date.year == asset.filing_date.year + 20
    assert [one.document.name for one in assets.documents_of(asset, public_only=True)] == ["drawing.png"]
    records = evidence.history(filing.asset)
    assert [record.kind for record in records] == ["registration", "office_decision"]
    assert decision.content is not None
    assert decision.content["decided"] == filing.public_id
    assert records[0].commitment.hex().encode() in (records[1].manifest or b"")


def test_registered_counts_only_once_the_decision_is_in_the_log(app: Flask) -> None:
    filing, examiner = taken(actor_of(*member("filer")))
    with transaction():
        services.decide(actor=examiner, filing_id=filing.id, outcome="register")
    assert queries.shown_statuses([filing]) == {filing.id: "awaiting_inclusion"}
    sequencer.run_once()
    assert queries.shown_statuses([filing]) == {filing.id: "registered"}


def test_a_case_is_taken_only_from_a_signed_checkpoint(app: Flask) -> None:
    filing = submitted(actor_of(*member("filer")), sequenced=False)
    with pytest.raises(Conflict) as refusal, transaction():
        services.take(actor=actor_of(office_person("registrar")), filing_id=filing.id)
    assert refusal.value.code == "awaiting"


def test_a_second_registrar_comes_too_late(app: Flask) -> None:
    filing, examiner = taken(actor_of(*member("filer")))
    other = actor_of(office_person("registrar"))
    with pytest.raises(Conflict), transaction():
        services.take(actor=other, filing_id=filing.id)
    with pytest.raises(Forbidden), transaction():
        services.decide(actor=other, filing_id=filing.id, outcome="register")
    with transaction():
        assert services.take(actor=examiner, filing_id=filing.id).registrar_id == examiner.person_id
        services.release(actor=examiner, filing_id=filing.id)
    with transaction():
        assert services.take(actor=other, filing_id=filing.id).registrar_id == other.person_id


def test_nobody_decides_on_their_own_organisations_filing(app: Flask) -> None:
    person, organisation = member("filer")
    filing = submitted(actor_of(person, organisation))
    colleague, _ = member("viewer", organisation=organisation)
    with transaction():
        accounts.set_office_roles(actor=SYSTEM, person=colleague, roles=["registrar"])
    for acting_in in (organisation, None):
        with pytest.raises(Forbidden), transaction():
            services.take(actor=actor_of(colleague, acting_in), filing_id=filing.id)


@pytest.mark.parametrize("outcome", ["deficient", "refuse"])
def test_a_decision_against_gives_reasons(app: Flask, outcome: str) -> None:
    filing, examiner = taken(actor_of(*member("filer")))
    for reasons in ([], [{"field": "claims", "text": "  "}]):
        with pytest.raises(Invalid), transaction():
            services.decide(actor=examiner, filing_id=filing.id, outcome=outcome, reasons=reasons)
    with pytest.raises(Invalid), transaction():
        reasons = [{"field": "colour", "text": "Too red."}]
        services.decide(actor=examiner, filing_id=filing.id, outcome=outcome, reasons=reasons)


@pytest.mark.parametrize("outcome", ["", "approve", "draft"])
def test_an_unknown_decision_is_refused(app: Flask, outcome: str) -> None:
    filing, examiner = taken(actor_of(*member("filer")))
    with pytest.raises(Invalid), transaction():
        services.decide(actor=examiner, filing_id=filing.id, outcome=outcome)


@both_databases
def test_an_amended_application_is_what_is_registered(app: Flask) -> None:
    actor = actor_of(*member("filer"))
    filing, examiner = decided(actor, "deficient")
    with transaction():
        answer = services.start_answer(actor=actor, filing_id=filing.id)
        services.save_draft(actor=actor, filing_id=answer.id, task="title", answers={"title": "Plate of aluminium"})
        services.submit(actor=actor, filing_id=answer.id, idempotency_key="two")
    sequencer.run_once()
    with transaction():
        services.take(actor=examiner, filing_id=filing.id)
        decision = services.decide(actor=examiner, filing_id=filing.id, outcome="register")
    asset = assets.asset(filing.asset)
    assert asset is not None
    assert asset.title == "Plate of aluminium"
    assert decision.content is not None
    assert decision.content["decided"] == answer.public_id
    kinds = [record.kind for record in evidence.history(filing.asset)]
    assert kinds == ["registration", "office_decision", "amendment", "office_decision"]


def test_only_a_deficient_case_can_be_answered(app: Flask) -> None:
    actor = actor_of(*member("filer"))
    filing = submitted(actor)
    with pytest.raises(Conflict), transaction():
        services.start_answer(actor=actor, filing_id=filing.id)


def test_an_answer_begun_before_a_withdrawal_cannot_be_submitted(app: Flask) -> None:
    actor = actor_of(*member("filer"))
    filing, _ = decided(actor, "deficient")
    with transaction():
        first = services.start_answer(actor=actor, filing_id=filing.id)
        assert services.start_answer(actor=actor, filing_id=filing.id).id == first.id
        services.withdraw(actor=actor, filing_id=filing.id)
    assert queries.filing(first.public_id) is None


def test_everybody_who_files_is_told_of_the_decision_without_its_content(app: Flask) -> None:
    person, organisation = member("filer")
    administrator, _ = member("administrator", organisation=organisation)
    member("dealer", organisation=organisation)
    jobs.run_all()
    decided(actor_of(person, organisation), "deficient", "Claim 1 names no material.")
    jobs.run_all()
    mails = [path.read_text() for path in app.config["SETTINGS"].mail_folder.iterdir()]
    about = [mail for mail in mails if "deficient" in mail]
    assert sorted(
        one for mail in about for one in (person.email, administrator.email) if f"To: {one}" in mail
    ) == sorted([person.email, administrator.email])
    assert len(about) == 2
    assert not any("names no material" in mail for mail in mails)
