"""What two people do at the same moment: the second waits for the first and then sees what it did."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest
from flask import Flask

from ipplatform.domain.accounts import queries as people
from ipplatform.domain.accounts import services as accounts
from ipplatform.domain.filings import services as filings
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.marketplace import queries, services
from ipplatform.domain.rights import services as rights
from ipplatform.foundation.db import db, lock_row, transaction
from ipplatform.foundation.errors import Conflict, NotFound
from tests.databases import both_databases, on_postgresql
from tests.factories import actor_of, make_organisation, member
from tests.factories.filings import decided
from tests.factories.marketplace import dealer, make_listing
from tests.factories.rights import terms


def begun(pool: ThreadPoolExecutor, app: Flask, act: Callable[[], object]) -> Future[None]:
    """``act`` in a transaction of somebody else, given time to come as far as it can before this one ends."""

    def run() -> None:
        with app.app_context(), transaction():
            act()

    future = pool.submit(run)
    wait([future], timeout=1.5)
    return future


@both_databases
def test_an_offer_is_not_published_while_its_right_is_granted_away(app: Flask) -> None:
    listing = make_listing(published=False, exclusivities=["exclusive"])
    actor = dealer(people.organisation(listing.organisation_id))
    licensee, public_id, asset = make_organisation(), listing.public_id, listing.asset
    wanted = terms("exclusive", fields={"*"}, acts={"make", "use", "sell"})

    def publish() -> None:
        found = queries.listing(public_id)
        assert found is not None
        services.publish(actor=actor, listing=found)

    with ThreadPoolExecutor(1) as pool:
        with transaction():
            rights.grant(
                asset=asset,
                licensor_organisation_id=asset.organisation_id,
                licensee_organisation_id=licensee.id,
                terms=wanted,
                agreement_ref="x",
            )
            published = begun(pool, app, publish)
        with pytest.raises(Conflict) as refusal:
            published.result()
    assert refusal.value.code == "not_publishable"


@both_databases
def test_two_administrators_cannot_remove_each_other(app: Flask) -> None:
    first, organisation = member("administrator")
    second, _same = member("administrator", organisation=organisation)
    one, other = actor_of(first, organisation), actor_of(second, organisation)
    names = first.public_id, second.public_id
    with ThreadPoolExecutor(1) as pool:
        with transaction():
            accounts.change_roles(actor=one, person_public_id=names[1], roles=[])
            removal = begun(
                pool, app, lambda: accounts.change_roles(actor=other, person_public_id=names[0], roles=["viewer"])
            )
        with pytest.raises(Conflict):
            removal.result()


@on_postgresql
def test_an_answer_sent_during_a_withdrawal_waits_and_does_not_hold_it_up(app: Flask) -> None:
    actor = actor_of(*member("filer"))
    case, _examiner = decided(actor, "deficient")
    with transaction():
        answer = filings.start_answer(actor=actor, filing_id=case.id)
    case_id, answer_id = case.id, answer.id
    with ThreadPoolExecutor(1) as pool:
        with transaction():
            lock_row(Filing, case_id)
            submission = begun(
                pool, app, lambda: filings.submit(actor=actor, filing_id=answer_id, idempotency_key="one")
            )
            filings.withdraw(actor=actor, filing_id=case_id)
        with pytest.raises(NotFound):
            submission.result()
    db.session.expire_all()
    assert db.session.get_one(Filing, case_id).status == "withdrawn"
