"""A licence negotiated and signed by two organisations in browsers without JavaScript."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ipplatform.domain.evidence import sequencer
from ipplatform.domain.licensing import queries
from ipplatform.domain.rights import queries as rights
from ipplatform.foundation import jobs
from ipplatform.foundation.db import db
from tests.conftest import SignIn
from tests.factories import member
from tests.factories.accounts import PASSWORD
from tests.factories.licensing import Deal, Side, form, make_agreement, make_deal, make_listing, make_side
from tests.factories.rights import make_grant, make_right, terms
from tests.statements import statements

Page = str


@pytest.fixture
def as_(app: Flask, sign_in: SignIn):  # type: ignore[no-untyped-def]
    """``as_(side)`` is that side's browser."""

    def browser(side: Side) -> FlaskClient:
        return sign_in(app.test_client(), side.person, side.organisation)

    return browser


def where(deal: Deal, action: str = "") -> str:
    return f"/negotiations/{deal.negotiation.public_id}{action}"


def test_from_a_question_to_a_recorded_licence(app: Flask, as_) -> None:  # type: ignore[no-untyped-def]
    owner, seeker = make_side(), make_side()
    listing = make_listing(make_right(owner.organisation))
    theirs, ours = as_(seeker), as_(owner)
    assert "Ask about a licence" in theirs.get(f"/negotiations/new?listing={listing.public_id}").text
    asked = theirs.post("/negotiations", data={"listing": listing.public_id, "message": "May we use it in cars?"})
    assert asked.status_code == 303
    thread = asked.location
    assert "May we use it in cars?" in ours.get(thread).text
    assert "asks for a licence. Make an offer" in ours.get(thread).text
    assert 'value="batteries.traction" checked' in ours.get(f"{thread}/offer").text
    assert ours.post(f"{thread}/offers", data={**form(), "seen": "0"}).location == thread
    assert "Accept the offer, make a counter-offer, or decline" in theirs.get(thread).text
    assert theirs.post(f"{thread}/offers", data={**form(lump_sum="90000"), "seen": "1"}).location == thread
    page = ours.get(thread).text
    assert "<del>CN¥120,000.00</del>" in page
    assert "<ins>CN¥90,000.00</ins>" in page
    accepted = ours.post(f"{thread}/accept", data={"seen": "2"})
    agreement = accepted.location
    assert agreement.startswith("/agreements/")
    found = queries.agreement(agreement.rpartition("/")[2])
    assert found is not None
    assert found.sha256[:8] in ours.get(agreement).text
    signed = {"sha256": found.sha256, "password": PASSWORD}
    assert theirs.post(f"{agreement}/sign", data=signed).status_code == 303
    assert "the other side has to sign now" in theirs.get(agreement).text
    assert ours.post(f"{agreement}/sign", data=signed).status_code == 303
    assert "The licence is in force" in theirs.get(agreement).text
    sequencer.run_once()
    db.session.expire_all()
    page = theirs.get(agreement).text
    assert found.filing is not None
    assert f"/records/{found.filing.public_id}" in page
    assert "In the signed log" in page
    assert theirs.get(f"{agreement}/evidence").mimetype == "application/zip"
    assert len(rights.grants_of(listing.asset_id)) == 1


def test_each_step_is_told_to_the_other_side_by_mail(app: Flask, as_) -> None:  # type: ignore[no-untyped-def]
    deal = make_deal()
    deal.offer()
    jobs.run_all()
    folder = app.config["SETTINGS"].mail_folder
    mails = [message_from_bytes(one.read_bytes(), policy=policy.default) for one in sorted(folder.glob("*.eml"))]
    subjects = {mail["To"]: mail["Subject"] for mail in mails}
    assert "asks about a licence" in subjects[deal.licensor.person.email]
    assert "made an offer" in subjects[deal.licensee.person.email]
    assert "120000" not in str(mails)


@pytest.mark.parametrize("page", ["", "/offer"])
def test_a_third_organisation_finds_nothing(app: Flask, as_, page: str) -> None:  # type: ignore[no-untyped-def]
    deal, agreement = make_agreement()
    stranger = as_(make_side("administrator"))
    assert stranger.get(where(deal, page)).status_code == 404
    for action in ("offers", "accept", "decline", "withdraw", "messages"):
        assert stranger.post(where(deal, f"/{action}"), data={"message": "x", "reason": "price"}).status_code == 404
    for part in ("", "/document.pdf", "/evidence"):
        assert stranger.get(f"/agreements/{agreement.public_id}{part}").status_code == 404
    signed = {"sha256": agreement.sha256, "password": PASSWORD}
    assert stranger.post(f"/agreements/{agreement.public_id}/sign", data=signed).status_code == 404


def test_a_viewer_reads_and_moves_nothing(app: Flask, as_) -> None:  # type: ignore[no-untyped-def]
    deal = make_deal()
    deal.offer()
    viewer = as_(Side(*member("viewer", organisation=deal.licensee.organisation)))
    page = viewer.get(where(deal))
    assert page.status_code == 200
    assert "Accept this offer" not in page.text
    assert viewer.post(where(deal, "/accept"), data={"seen": "1"}).status_code == 403


def test_mistakes_stand_at_their_fields_and_nothing_typed_is_lost(app: Flask, as_) -> None:  # type: ignore[no-untyped-def]
    deal = make_deal()
    wrong = form(end="2001-01-01", royalty_rate="much", territories=[], notes="Kept as typed")
    answer = as_(deal.licensor).post(where(deal, "/offers"), data={**wrong, "seen": "0"})
    assert answer.status_code == 422
    assert "Enter a number, like 120000 or 3.5." in answer.text
    assert "Choose at least one." in answer.text
    assert "Kept as typed" in answer.text
    past = as_(deal.licensor).post(where(deal, "/offers"), data={**form(start="2001-01-01"), "seen": "0"})
    assert past.status_code == 422
    assert "The licence cannot begin in the past." in past.text


def test_rights_that_are_taken_are_refused_with_what_remains(app: Flask, as_) -> None:  # type: ignore[no-untyped-def]
    deal = make_deal()
    taken = make_grant(deal.listing.asset, terms("exclusive", end=None))
    answer = as_(deal.licensor).post(where(deal, "/offers"), data={**form(territories=["DE", "FR"]), "seen": "0"})
    assert answer.status_code == 409
    assert f"exclusive grant {taken.number} already covers sell in Germany" in answer.text
    assert "only these territories: France" in answer.text
    assert 'id="field-territories-FR" name="territories" value="FR" checked' in answer.text


def test_an_answer_to_an_offer_that_was_replaced_is_not_taken(app: Flask, as_) -> None:  # type: ignore[no-untyped-def]
    deal = make_deal()
    deal.offer()
    deal.offer(deal.licensee, lump_sum="1")
    deal.offer(deal.licensor, lump_sum="200000")
    answer = as_(deal.licensee).post(where(deal, "/accept"), data={"seen": "1"}, follow_redirects=True)
    assert "Another offer has been made since you opened this page" in answer.text
    assert deal.negotiation.state == "offered"


def test_a_double_click_is_harmless(app: Flask, as_) -> None:  # type: ignore[no-untyped-def]
    deal = make_deal()
    ours = as_(deal.licensor)
    for _ in range(2):
        assert ours.post(where(deal, "/offers"), data={**form(), "seen": "0"}).status_code == 303
    theirs = as_(deal.licensee)
    places = {theirs.post(where(deal, "/accept"), data={"seen": "1"}).location for _ in range(2)}
    assert len(places) == 1
    db.session.expire_all()
    assert len(deal.negotiation.offers) == 1


def test_a_wrong_password_is_said_at_the_field_and_counted(app: Flask, as_) -> None:  # type: ignore[no-untyped-def]
    deal, agreement = make_agreement()
    theirs = as_(deal.licensee)
    wrong = {"sha256": agreement.sha256, "password": "not mine"}
    answers = [
        theirs.post(f"/agreements/{agreement.public_id}/sign", data=wrong)
        for _ in range(app.config["SETTINGS"].login_max_failures + 1)
    ]
    assert "This is not your password." in answers[0].text
    assert [answer.status_code for answer in answers][-1] == 429
    assert "not mine" not in answers[0].text


def test_the_document_is_downloaded_as_it_was_made(app: Flask, as_) -> None:  # type: ignore[no-untyped-def]
    deal, agreement = make_agreement()
    answer = as_(deal.licensee).get(f"/agreements/{agreement.public_id}/document.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert len(answer.data) == agreement.document.size


def test_lists_cost_the_same_for_one_and_for_many(app: Flask, as_) -> None:  # type: ignore[no-untyped-def]
    owner = make_side()
    make_agreement(make_deal(make_right(owner.organisation), licensor=owner))
    ours = as_(owner)
    counted = []
    for _ in range(2):
        numbers = []
        for address in ("/negotiations", "/agreements"):
            with statements() as sent:
                assert ours.get(address).status_code == 200
            numbers.append(len(sent))
        counted.append(numbers)
        for _more in range(3):
            make_agreement(make_deal(make_right(owner.organisation), licensor=owner))
    assert counted[0] == counted[1]
    assert max(counted[0]) <= 6


def test_empty_lists_say_what_to_do(app: Flask, as_) -> None:  # type: ignore[no-untyped-def]
    nobody = as_(make_side())
    assert "No negotiations yet" in nobody.get("/negotiations").text
    assert "No agreements yet" in nobody.get("/agreements").text


def test_one_does_not_ask_oneself(app: Flask, as_) -> None:  # type: ignore[no-untyped-def]
    owner = make_side()
    listing = make_listing(make_right(owner.organisation))
    answer = as_(owner).post("/negotiations", data={"listing": listing.public_id, "message": "Hello"})
    assert answer.status_code == 409
    assert "cannot license to itself" in answer.text
