"""One need, offer of a licence or its filing that was changed at rest closes no list of the market."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import LargeBinary, type_coerce, update

from ipplatform.domain.filings.models import Filing
from ipplatform.domain.licensing.models import Negotiation
from ipplatform.domain.marketplace.models import Need
from ipplatform.foundation import secretbox
from ipplatform.foundation.db import db, transaction
from tests.conftest import SignIn
from tests.databases import both_databases
from tests.factories import actor_of, bearer, member
from tests.factories.assets import make_asset
from tests.factories.licensing import make_deal, make_licence
from tests.factories.marketplace import make_listing, make_need

DAMAGED = "Damaged: what is stored was changed"


def flip(model: Any, identity: int, column: str) -> None:
    """One byte of the stored value becomes another."""
    sealed = bytearray(secretbox.seal(b'{"title": "Lost"}'))
    sealed[-1] ^= 1
    with transaction():
        changed = update(model).where(model.id == identity)
        db.session.execute(changed.values({column: type_coerce(bytes(sealed), LargeBinary)}))


@both_databases
def test_a_damaged_need_leaves_the_others_to_its_organisation(client: FlaskClient, sign_in: SignIn) -> None:
    seeker = member("dealer")
    lost = make_need(actor_of(*seeker))
    make_need(actor_of(*seeker), title="Still readable")
    flip(Need, lost.id, "words")
    browser = sign_in(client, *seeker)
    page = browser.get("/market/needs")
    assert (page.status_code, page.text.count(DAMAGED), "Still readable" in page.text) == (200, 1, True)
    assert f"/market/needs/{lost.public_id}" in page.text
    assert f"/market/needs/{lost.public_id}/matches" not in page.text
    assert browser.get(f"/market/needs/{lost.public_id}").status_code == 409
    items = client.get("/api/v1/needs", headers=bearer(*seeker)).json["items"]
    assert [(one["title"], one["problem"] == "", one["damaged"]) for one in items] == [
        ("Still readable", False, False),
        ("", True, True),
    ]
    alone = client.get(f"/api/v1/needs/{lost.public_id}", headers=bearer(*seeker))
    assert (alone.status_code, alone.json["code"]) == (409, "damaged")


def test_a_damaged_need_hides_no_other_from_the_owners_of_offers(client: FlaskClient, sign_in: SignIn) -> None:
    owner, company = member("dealer")
    make_listing(make_asset(company))
    lost = make_need(visibility="full", title="Lost for owners")
    make_need(visibility="full", title="Still to be answered")
    flip(Need, lost.id, "words")
    page = sign_in(client, owner, company).get("/market/interest")
    assert (page.status_code, "Still to be answered" in page.text) == (200, True)
    assert "Lost for owners" not in page.text


def test_lists_of_negotiations_and_agreements_read_nothing_sealed(client: FlaskClient, sign_in: SignIn) -> None:
    deal, agreement = make_licence(make_deal())
    assert agreement.filing_id is not None
    flip(Filing, agreement.filing_id, "content")
    flip(Negotiation, deal.negotiation.id, "blocked")
    side = deal.licensee
    browser = sign_in(client, side.person, side.organisation)
    for address in ("/negotiations", "/agreements", "/api/v1/agreements", "/api/v1/negotiations"):
        api = address.startswith("/api")
        headers = bearer(side.person, side.organisation) if api else {}
        page = browser.get(address, headers=headers)
        assert (page.status_code, agreement.public_id in page.text or deal.negotiation.public_id in page.text) == (
            200,
            True,
        ), address
    assert browser.get(f"/negotiations/{deal.negotiation.public_id}").status_code == 409
