from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from ipplatform.domain.filings import services
from ipplatform.entrypoints.web.holder.home_sections import Section, _sources, contribute
from ipplatform.foundation.db import transaction
from tests.conftest import SignIn
from tests.factories import actor_of, make_person, member, office_person
from tests.factories.filings import decided, draft, submitted, taken


def test_an_empty_home_says_where_to_start(client: FlaskClient, sign_in: SignIn) -> None:
    page = sign_in(client, *member("filer")).get("/home")
    assert "Nothing waits for you" in page.text
    assert "/filings/new" in page.text


def test_home_lists_drafts_questions_and_what_is_with_the_office(client: FlaskClient, sign_in: SignIn) -> None:
    person, organisation = member("filer")
    actor = actor_of(person, organisation)
    draft(actor, title="A half-told idea")
    submitted(actor, sequenced=False)
    filing, _ = decided(actor, "deficient")
    page = sign_in(client, person, organisation).get("/home")
    assert "A half-told idea" in page.text
    assert "To be answered" in page.text
    assert f"/filings/{filing.public_id}" in page.text
    assert "With the office" in page.text


def test_home_counts_what_it_does_not_show_and_leads_to_all(client: FlaskClient, sign_in: SignIn) -> None:
    person, organisation = member("filer")
    actor = actor_of(person, organisation)
    with_office = [submitted(actor, sequenced=False) for _ in range(11)]
    with_office.append(taken(actor)[0])
    drafts = [draft(actor) for _ in range(10)]
    browser = sign_in(client, person, organisation)
    page = browser.get("/home").text
    assert [
        re.search(rf'{heading} <span class="count">(\d+)<', page)[1]
        for heading in ("Drafts to finish", "With the office")
    ] == ["10", "12"]  # type: ignore[index]
    assert 'href="/filings?status=draft"' not in page
    assert sum(one.public_id in page for one in with_office) == 10
    assert 'href="/filings?status=with_office">See all 12' in page
    everything = browser.get("/filings?status=with_office").text
    assert all(one.public_id in everything for one in with_office)
    assert not any(one.public_id in everything for one in drafts)


def test_what_is_answered_is_counted_once(client: FlaskClient, sign_in: SignIn) -> None:
    """Its amendment is no case of its own."""
    person, organisation = member("filer")
    actor = actor_of(person, organisation)
    case, _ = decided(actor, "deficient")
    with transaction():
        answer = services.start_answer(actor=actor, filing_id=case.id)
        services.submit(actor=actor, filing_id=answer.id, idempotency_key="answer")
    page = sign_in(client, person, organisation).get("/home").text
    assert 'With the office <span class="count">1<' in page
    assert case.public_id in page


def test_other_pages_contribute_what_waits(client: FlaskClient, sign_in: SignIn) -> None:
    def offers(actor: object) -> Section:
        return Section("Offers to answer", 3, "/negotiations")

    contribute(offers)
    try:
        page = sign_in(client, *member("dealer")).get("/home")
        assert "Offers to answer" in page.text
        assert "Nothing waits for you" not in page.text
    finally:
        _sources.remove(offers)


@pytest.mark.parametrize(
    ("role", "desk"),
    [
        ("registrar", "/office/queue"),
        ("auditor", "/office/audit"),
        ("administrator", "/admin/people"),
        (None, "/account/organisations/new"),
    ],
)
def test_people_without_an_organisation_are_led_to_their_desk(
    client: FlaskClient, sign_in: SignIn, role: str | None, desk: str
) -> None:
    browser = sign_in(client, office_person(role) if role else make_person())
    for entrance in ("/home", "/account/sign-in"):
        page = browser.get(entrance, follow_redirects=True)
        assert (page.status_code, page.request.path) == (200, desk), entrance


def test_the_start_of_administration_leads_to_its_people(client: FlaskClient, sign_in: SignIn) -> None:
    page = sign_in(client, office_person("administrator")).get("/admin")
    assert (page.status_code, page.location) == (303, "/admin/people")
