"""Entering assets, their life, and reading them at a constant cost."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from ipplatform.domain.assets import access, queries, rules, services
from ipplatform.domain.assets.models import Asset, AssetParty
from ipplatform.domain.assets.values import ClassValue, PartyValue
from ipplatform.foundation import events, jobs
from ipplatform.foundation.clock import now, today
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import Conflict, Invalid, NotFound
from ipplatform.foundation.ids import display_id
from tests.databases import both_databases
from tests.factories import actor_of, make_organisation, member
from tests.factories.assets import make_asset
from tests.statements import statements


def owners(*shares: Fraction | None) -> list[PartyValue]:
    return [PartyValue("owner", f"Owner {place}", "CN", share) for place, share in enumerate(shares)]


def test_thirds_add_to_exactly_one(app: Flask) -> None:
    third = Fraction(1, 3)
    asset = make_asset(parties=owners(third, third, third))
    assert [(party.share_numerator, party.share_denominator) for party in asset.owners] == [(1, 3)] * 3


@pytest.mark.parametrize(
    "shares",
    [
        (),
        (Fraction(1, 3), Fraction(1, 3)),
        (Fraction(1, 2), Fraction(2, 3)),
        (None,),
        (Fraction(3, 2), Fraction(-1, 2)),
        (Fraction(1), None),
    ],
)
def test_shares_that_do_not_add_to_one_are_refused(app: Flask, shares: tuple[Fraction | None, ...]) -> None:
    with pytest.raises(Invalid) as refusal:
        make_asset(parties=owners(*shares))
    assert refusal.value.code == "shares"


def test_a_class_named_twice_is_entered_once(app: Flask) -> None:
    again = [ClassValue("ipc", "H01M 10/0525"), ClassValue("ipc", "A45F 5/04"), ClassValue("ipc", "H01M 10/0525")]
    assert make_asset(classifications=again).codes("ipc") == ["H01M 10/0525", "A45F 5/04"]


def test_the_main_class_is_of_the_scheme_for_the_kind(app: Flask) -> None:
    both = [ClassValue("cpc", "A23L 35/00"), ClassValue("locarno", "01-01")]
    assert make_asset(kind="design", classifications=both).main_class == "01-01"
    assert make_asset(kind="patent", classifications=both).main_class == "A23L 35/00"
    assert make_asset(classifications=[]).main_class is None


def test_news_of_an_asset_travels_upward(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[dict[str, object]] = []
    monkeypatch.setattr(events, "publish", lambda event, **payload: heard.append({"event": event, **payload}))
    asset = make_asset()
    with transaction():
        services.set_status(db.session.get_one(Asset, asset.id), "lapsed", "annuity")
    assert heard == [
        {"event": "asset.registered", "asset_id": asset.id},
        {"event": "asset.status_changed", "asset_id": asset.id, "before": "in_force", "status": "lapsed"},
    ]


@pytest.mark.parametrize("status", rules.STATUSES)
def test_a_right_changes_only_as_the_table_allows(app: Flask, status: str) -> None:
    for following in rules.STATUSES:
        asset = make_asset(status=status)
        if following == status or rules.may_become(status, following):
            services.set_status(asset, following, "test")
            assert asset.status == following
        else:
            with pytest.raises(Conflict):
                services.set_status(asset, following, "test")


def test_rights_expire_on_the_day_after_their_last(app: Flask) -> None:
    last_today = make_asset(expiry_date=today())
    over = make_asset(expiry_date=today() - timedelta(days=1))
    assert queries.is_alive(last_today)
    assert not queries.is_alive(over)
    assert not queries.is_alive(make_asset(status="lapsed"))
    assert queries.is_alive(make_asset(expiry_date=None))
    with transaction():
        assert services.expire_due() == 1
        assert services.expire_due() == 0
    assert queries.asset(over.public_id).status == "expired"  # type: ignore[union-attr]


def test_the_night_lets_rights_expire_and_comes_back(app: Flask) -> None:
    over = make_asset(expiry_date=today() - timedelta(days=1))
    with transaction():
        services.schedule_expiry()
        services.schedule_expiry()
    assert jobs.run_due() == 0
    with time_machine.travel(now() + timedelta(days=1, hours=1)):
        assert jobs.run_due() == 1
    assert db.session.get_one(Asset, over.id).status == "expired"
    waiting = db.session.scalars(select(jobs.Outbox).where(jobs.Outbox.state == "waiting")).one()
    assert waiting.run_at > now() + timedelta(days=1)


def test_an_assignment_replaces_the_owners_alone(app: Flask) -> None:
    asset = make_asset()
    with transaction():
        found = queries.asset(asset.public_id)
        assert found is not None
        services.replace_owners(found, owners(Fraction(1, 4), Fraction(3, 4)))
    found = queries.asset(asset.public_id)
    assert found is not None
    assert [(party.role, party.name) for party in found.parties] == [
        ("owner", "Owner 0"),
        ("owner", "Owner 1"),
        ("inventor", "Wen Ling"),
    ]


@both_databases
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE asset SET kind = 'poem'",
        "UPDATE asset SET status = 'somehow'",
        "UPDATE asset SET title = ''",
        "UPDATE asset SET origin = 'external'",
        "UPDATE asset_party SET share_numerator = 2, share_denominator = 1 WHERE role = 'owner'",
        "UPDATE asset_party SET share_denominator = NULL WHERE role = 'owner'",
        "UPDATE asset_party SET share_numerator = 1, share_denominator = 1 WHERE role = 'inventor'",
        "UPDATE asset_classification SET scheme = 'stars'",
    ],
)
def test_the_tables_hold_what_must_never_be_false(app: Flask, change: str) -> None:
    make_asset()
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(text(change))


def test_a_publication_number_is_held_once(app: Flask) -> None:
    make_asset(origin="external", office="US", publication_number="US1B1")
    with pytest.raises(IntegrityError):
        make_asset(origin="external", office="US", publication_number="US1B1")
    make_asset(office="CN")
    make_asset(office="CN")


def test_a_portfolio_is_read_with_a_constant_number_of_statements(app: Flask) -> None:
    organisation = make_organisation()
    for _ in range(12):
        make_asset(organisation)
    for limit in (2, 12):
        db.session.expunge_all()
        with statements() as sent:
            page = queries.assets_of(organisation.id, limit=limit)
            assert [(item.organisation.name, len(item.parties), item.codes("ipc")) for item in page.items]
        assert len(sent) == 3


def test_pages_of_a_portfolio_follow_each_other(app: Flask) -> None:
    organisation = make_organisation()
    made = [make_asset(organisation).public_id for _ in range(5)]
    make_asset()
    first = queries.assets_of(organisation.id, limit=3)
    second = queries.assets_of(organisation.id, limit=3, after=first.next_cursor)
    assert [item.public_id for item in (*first.items, *second.items)] == made[::-1]
    assert second.next_cursor is None


@both_databases
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"kind": "design"}, 1),
        ({"status": "lapsed"}, 1),
        ({"text": "lamp"}, 1),
        ({"text": "LAMP"}, 1),
        ({"text": "100%"}, 1),
        ({"text": "%"}, 1),
        ({"text": "US 7,640,640 B2"}, 1),
        ({"text": "h01m 10"}, 2),
        ({"text": "Wen Ling"}, 2),
        ({"text": "nobody"}, 0),
        ({"text": "lamp", "kind": "patent"}, 0),
    ],
)
def test_a_portfolio_is_narrowed(app: Flask, filters: dict[str, str], found: int) -> None:
    organisation = make_organisation()
    make_asset(
        organisation,
        kind="design",
        title="A lamp",
        classifications=[ClassValue("locarno", "26-05")],
        parties=[PartyValue("owner", "Solo", share=Fraction(1))],
    )
    make_asset(organisation, title="A 100% pump", status="lapsed")
    make_asset(organisation, title="A valve", origin="external", office="US", publication_number="US7640640B2")
    assert len(queries.assets_of(organisation.id, **filters).items) == found  # type: ignore[arg-type]
    assert len(queries.assets_of(make_organisation().id, **filters).items) == 0  # type: ignore[arg-type]


def test_counts_of_a_portfolio(app: Flask) -> None:
    organisation = make_organisation()
    make_asset(organisation)
    make_asset(organisation)
    make_asset(organisation, kind="design", status="expired")
    assert queries.counts_of(organisation.id) == {("patent", "in_force"): 2, ("design", "expired"): 1}


def test_public_entries_leave_out_what_is_undecided(app: Flask) -> None:
    seen = make_asset()
    make_asset(status="pending")
    make_asset(status="refused")
    assert [item.public_id for item in queries.public_assets().items] == [seen.public_id]
    assert queries.public_assets(kind="design").items == []


@pytest.mark.parametrize("status", ["pending", "refused"])
def test_an_undecided_entry_is_seen_by_its_own_alone(app: Flask, status: str) -> None:
    person, organisation = member("viewer")
    asset = make_asset(organisation, status=status)
    assert access.visible_asset(actor=actor_of(person, organisation), reference=display_id(asset.public_id)) is asset
    stranger, elsewhere = member("administrator")
    with pytest.raises(NotFound):
        access.visible_asset(actor=actor_of(stranger, elsewhere), reference=asset.public_id)


@pytest.mark.parametrize("reference", ["", "nothing", "0" * 16, "../etc", "x" * 500, "7k3mq9tx2b4rw8yz"])
def test_what_is_no_asset_is_not_found(app: Flask, reference: str) -> None:
    person, organisation = member()
    with pytest.raises(NotFound):
        access.visible_asset(actor=actor_of(person, organisation), reference=reference)


def test_the_party_rows_know_their_place() -> None:
    rows: list[AssetParty] = services.party_rows([*owners(Fraction(1, 2), Fraction(1, 2)), PartyValue("inventor", "I")])
    assert [(row.role, row.position) for row in rows] == [("owner", 0), ("owner", 1), ("inventor", 0)]


def test_a_term_is_counted_in_days(app: Flask) -> None:
    asset = make_asset(expiry_date=date(2030, 1, 1))
    assert queries.is_alive(asset, date(2030, 1, 1))
    assert not queries.is_alive(asset, date(2030, 1, 2))
