from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from ipplatform.domain.accounts.models import Organisation, Person
from ipplatform.domain.audit.models import AuditEntry
from ipplatform.domain.evidence import sequencer
from ipplatform.foundation.db import db
from tests.conftest import SignIn
from tests.factories import actor_of, member, office_person
from tests.factories.filings import look_again, received, submitted
from tests.statements import statements


def test_a_registrar_takes_reads_and_registers_a_case(client: FlaskClient, sign_in: SignIn) -> None:
    filing = submitted(actor_of(*member("filer")))
    desk = sign_in(client, office_person("registrar"))
    queue = desk.get("/office/queue")
    assert filing.organisation.name in queue.text
    assert "Cooling plate" not in queue.text
    case = desk.get(f"/office/filings/{filing.public_id}")
    assert "Cooling plate" not in case.text
    assert desk.post(f"/office/filings/{filing.public_id}/take").status_code == 303
    case = desk.get(f"/office/filings/{filing.public_id}")
    assert "Cooling plate for battery cells" in case.text
    assert desk.post(f"/office/filings/{filing.public_id}/decide", data={"outcome": "register"}).status_code == 303
    look_again()
    assert filing.status == "registered"
    sequencer.run_once()
    assert "Registered" in desk.get(f"/office/filings/{filing.public_id}").text


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_filters_and_rows_of_the_queue_speak_one_language(client: FlaskClient, sign_in: SignIn, locale: str) -> None:
    word = {"en": "Recorded", "zh": "已存证"}[locale]
    holder = member("filer")
    submitted(actor_of(*holder))
    browser = sign_in(client, office_person("registrar"))
    page = browser.get(f"/office/queue?status=submitted&lang={locale}").text
    assert f'href="/office/queue?status=submitted">{word} 1</a>' in page
    assert f'<option value="submitted" selected>{word}</option>' in page
    row = page.partition("<tbody>")[2]
    assert f"</svg>{word}</span>" in row
    own = sign_in(client, *holder).get(f"/filings?status=submitted&lang={locale}").text
    assert f'<option value="submitted" selected>{word}</option>' in own
    assert f"</svg>{word}</span>" in own.partition("<tbody>")[2]


def test_a_deficiency_needs_a_reason_and_keeps_what_was_typed(client: FlaskClient, sign_in: SignIn) -> None:
    filing = submitted(actor_of(*member("filer")))
    desk = sign_in(client, office_person("registrar"))
    desk.post(f"/office/filings/{filing.public_id}/take")
    address = f"/office/filings/{filing.public_id}/decide"
    refused = desk.post(address, data={"outcome": "deficient", "note": "Please see the reasons."})
    assert refused.status_code == 422
    assert "Give at least one reason in words." in refused.text
    assert "Please see the reasons." in refused.text
    assert desk.post(address, data={"outcome": "deficient", "reason-claims": "Unclear."}).status_code == 303
    assert desk.post(address, data={"outcome": "refuse", "reason-whole": "Late."}).status_code == 409


def test_nobody_examines_a_filing_of_their_own_organisation(client: FlaskClient, sign_in: SignIn) -> None:
    person, organisation = member("filer")
    filing = submitted(actor_of(person, organisation))
    from ipplatform.domain.accounts import services
    from ipplatform.domain.accounts.actor import SYSTEM
    from ipplatform.foundation.db import transaction

    with transaction():
        services.set_office_roles(actor=SYSTEM, person=person, roles=["registrar"])
    desk = sign_in(client, person, organisation)
    page = desk.get(f"/office/filings/{filing.public_id}")
    assert "This is a filing of your own organisation" in page.text
    assert "Take the case" not in page.text
    assert desk.post(f"/office/filings/{filing.public_id}/take").status_code == 403


def test_an_auditor_reads_and_changes_nothing(client: FlaskClient, sign_in: SignIn) -> None:
    filing = submitted(actor_of(*member("filer")))
    desk = sign_in(client, office_person("auditor"))
    assert "Cooling plate" in desk.get(f"/office/filings/{filing.public_id}").text
    assert desk.post(f"/office/filings/{filing.public_id}/take").status_code == 404
    assert desk.get("/office/queue").status_code == 404
    db.session.rollback()
    read = select(AuditEntry.subject).where(AuditEntry.action == "filing.read")
    assert db.session.scalars(read).all() == [filing.public_id]


def test_a_registrars_reading_is_recorded_once_it_is_of_content_and_the_owner_sees_it(
    client: FlaskClient, sign_in: SignIn
) -> None:
    person, organisation = member("filer")
    filing = submitted(actor_of(person, organisation))
    registrar = office_person("registrar")
    desk = sign_in(client, registrar)
    desk.get(f"/office/filings/{filing.public_id}")
    assert "Nobody outside of your organisation" in owners_page(client, sign_in, person, organisation, filing.public_id)
    desk = sign_in(client, registrar)
    desk.post(f"/office/filings/{filing.public_id}/take")
    desk.get(f"/office/filings/{filing.public_id}")
    shown = owners_page(client, sign_in, person, organisation, filing.public_id)
    assert f"<bdi>{registrar.name}</bdi> (Registrar), Application" in shown


def owners_page(client: FlaskClient, sign_in: SignIn, person: Person, organisation: Organisation, number: str) -> str:
    return sign_in(client, person, organisation).get(f"/filings/{number}").text


def test_a_bundle_with_its_content_is_for_the_registrar_on_the_case(client: FlaskClient, sign_in: SignIn) -> None:
    filing = submitted(actor_of(*member("filer")))
    desk = sign_in(client, office_person("registrar"))
    address = f"/office/audit/records/{filing.public_id}/evidence"
    assert desk.get(address).status_code == 403
    desk.post(f"/office/filings/{filing.public_id}/take")
    assert desk.get(address).mimetype == "application/zip"
    assert sign_in(client, office_person("registrar")).get(address).status_code == 403


def test_a_document_is_for_the_registrar_on_the_case(app: Flask, client: FlaskClient, sign_in: SignIn) -> None:
    from ipplatform.domain.filings import services
    from ipplatform.foundation.db import transaction
    from tests.factories.filings import draft, png

    person, organisation = member("filer")
    actor = actor_of(person, organisation)
    document = received(actor, organisation)
    filing = draft(actor)
    with transaction():
        services.attach(actor=actor, filing_id=filing.id, role="drawings", document=document)
        services.submit(actor=actor, filing_id=filing.id, idempotency_key="one")
    sequencer.run_once()
    address = f"/office/filings/{filing.public_id}/documents/{document.public_id}"
    desk = sign_in(client, office_person("registrar"))
    assert desk.get(address).status_code == 403
    desk.post(f"/office/filings/{filing.public_id}/take")
    assert desk.get(address).data == png()
    other = sign_in(app.test_client(), office_person("registrar"))
    assert other.get(address).status_code == 403


def test_the_queue_costs_the_same_however_long_it_is(client: FlaskClient, sign_in: SignIn) -> None:
    desk = sign_in(client, office_person("registrar"))
    actor = actor_of(*member("filer"))
    submitted(actor)
    with statements() as one:
        desk.get("/office/queue")
    for _ in range(4):
        submitted(actor)
    with statements() as five:
        desk.get("/office/queue")
    assert len(five) == len(one)


def test_a_draft_never_reaches_the_office(client: FlaskClient, sign_in: SignIn) -> None:
    from tests.factories.filings import draft

    filing = draft(actor_of(*member("filer")))
    desk = sign_in(client, office_person("registrar"))
    assert desk.get(f"/office/filings/{filing.public_id}").status_code == 404
    assert "The queue is empty" in desk.get("/office/queue").text
