from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from ipplatform.domain.assets import services as assets
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.rights import queries, rules, services
from ipplatform.domain.rights.errors import GrantConflict
from ipplatform.domain.rights.models import Grant, held
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import Conflict, DomainError, Invalid
from ipplatform.foundation.ids import new_public_id
from tests.databases import both_databases, on_postgresql
from tests.factories import make_organisation
from tests.factories.rights import make_grant, make_right, terms
from tests.statements import statements

some_terms = st.builds(
    terms,
    exclusivity=st.sampled_from(["exclusive", "sole", "ordinary", "ordinary"]),
    acts=st.sets(st.sampled_from(["make", "use", "sell"]), min_size=1),
    territories=st.sets(st.sampled_from(["AT", "AU", "DE"]), min_size=1),
    fields=st.sets(st.sampled_from(["*", "batteries", "batteries.traction", "chips"]), min_size=1),
    start=st.sampled_from([date(2026, 1, 1), date(2026, 6, 1)]),
    end=st.sampled_from([date(2026, 6, 1), date(2030, 1, 1), None]),
)


def how_many() -> int:
    return db.session.scalar(select(func.count()).select_from(Grant)) or 0


@both_databases
def test_a_grant_is_read_back_as_it_was_given(app: Flask) -> None:
    asset = make_right()
    wanted = terms("exclusive", acts={"make", "sell"}, territories={"DE", "AT", "CN"}, sublicensing=2)
    given = make_grant(asset, wanted)
    db.session.expire_all()
    assert given.terms == wanted
    assert given.acts_held == wanted.region["acts"]
    assert given.territories_held == wanted.region["territories"]
    assert given.fields_held == wanted.region["fields"]
    assert given.term_held == (wanted.start, wanted.end)
    assert queries.standings_of(asset.id) == [given.standing]


@both_databases
def test_an_endless_grant_is_read_back_without_an_end(app: Flask) -> None:
    given = make_grant(make_right(), terms("sole", end=None))
    db.session.expire_all()
    assert given.term_held == (given.start_date, None)


@both_databases
def test_the_refusal_names_the_overlap_and_what_remains(app: Flask) -> None:
    asset = make_right()
    first = make_grant(asset, terms("exclusive"))
    with pytest.raises(GrantConflict) as refused:
        make_grant(asset, terms("exclusive", acts={"make", "sell"}, territories={"DE", "FR"}))
    sentence = str(refused.value)
    assert f"exclusive grant {first.number} already covers sell in Germany for batteries › traction" in sentence
    assert "until March 1, 2029" in sentence
    assert "only these acts: make" in sentence
    assert "only these territories: France" in sentence
    assert refused.value.detail["conflicts"][0]["grant"] == first.number
    assert how_many() == 1


@both_databases
def test_what_was_said_to_remain_can_be_granted(app: Flask) -> None:
    asset = make_right()
    make_grant(asset, terms("exclusive"))
    left = queries.availability(asset.id, terms("exclusive", territories={"DE", "FR"})).remaining
    assert left is not None
    make_grant(asset, terms("exclusive", territories=left.territories))
    assert how_many() == 2


@both_databases
def test_an_ordinary_grant_survives_an_exclusive_one_made_subject_to_it(app: Flask) -> None:
    asset = make_right()
    earlier = make_grant(asset)
    with pytest.raises(GrantConflict):
        make_grant(asset, terms("exclusive"))
    make_grant(asset, terms("exclusive", subject_to=frozenset({earlier.id})))
    with pytest.raises(GrantConflict):
        make_grant(asset, terms("ordinary"))
    assert how_many() == 2


def test_an_exclusive_grant_cannot_be_made_subject_to_another_exclusive_one(app: Flask) -> None:
    asset = make_right()
    earlier = make_grant(asset, terms("exclusive"))
    with pytest.raises(Invalid):
        make_grant(asset, terms("exclusive", subject_to=frozenset({earlier.id})))


@both_databases
def test_an_ended_grant_frees_what_it_held_from_the_next_day(app: Flask) -> None:
    asset = make_right()
    earlier = make_grant(asset, terms("exclusive"))
    with transaction():
        services.end_grant(grant=earlier, last_day=date(2027, 6, 30), reason="agreed")
    with pytest.raises(GrantConflict):
        make_grant(asset, terms("exclusive", start=date(2027, 6, 30)))
    make_grant(asset, terms("exclusive", start=date(2027, 7, 1)))
    assert earlier.end_date == date(2029, 3, 1)


@both_databases
def test_a_grant_ended_before_it_began_holds_nothing(app: Flask) -> None:
    asset = make_right()
    earlier = make_grant(asset, terms("exclusive"))
    with transaction():
        services.end_grant(grant=earlier, last_day=date(2025, 6, 30), reason="agreed")
    make_grant(asset, terms("exclusive"))


def test_ending_again_changes_nothing_and_a_later_end_is_refused(app: Flask) -> None:
    grant = make_grant(make_right())
    for _ in range(2):
        with transaction():
            services.end_grant(grant=grant, last_day=date(2027, 6, 30), reason="agreed")
    with pytest.raises(Conflict), transaction():
        services.end_grant(grant=grant, last_day=date(2028, 6, 30), reason="agreed")


@both_databases
def test_a_sublicence_lies_inside_its_head_and_clashes_with_its_siblings_only(app: Flask) -> None:
    asset, middle = make_right(), make_organisation()
    head = make_grant(asset, terms("exclusive", territories={"DE", "AT"}, sublicensing=1), middle)
    below = {"licensor_organisation_id": middle.id, "head_id": head.id}
    make_grant(asset, terms("exclusive"), **below)
    with pytest.raises(GrantConflict):
        make_grant(asset, terms("ordinary"), **below)
    with pytest.raises(Conflict) as refused:
        make_grant(asset, terms("ordinary", territories={"AT", "FR"}), **below)
    assert refused.value.detail["axes"] == ["territories"]
    make_grant(asset, terms("ordinary", territories={"AT"}), **below)


def test_a_sublicence_ends_with_its_head_unless_it_survives(app: Flask) -> None:
    asset, middle = make_right(), make_organisation()
    head = make_grant(asset, terms("exclusive", sublicensing=1), middle)
    below = {"licensor_organisation_id": middle.id, "head_id": head.id}
    dies, lives = make_grant(asset, **below), make_grant(asset, survives_head=True, **below)
    with transaction():
        services.end_grant(grant=head, last_day=date(2027, 1, 1), reason="agreed")
    assert dies.last_day == date(2027, 1, 1)
    assert lives.last_day == date(2029, 3, 1)


def test_only_the_licensee_of_the_head_may_sublicense(app: Flask) -> None:
    asset = make_right()
    head = make_grant(asset, terms("exclusive", sublicensing=1))
    with pytest.raises(Conflict) as refused:
        make_grant(asset, head_id=head.id)
    assert refused.value.code == "not_holder"


def test_nobody_but_the_holder_grants_and_not_to_itself(app: Flask) -> None:
    asset, other = make_right(), make_organisation()
    with pytest.raises(Conflict) as not_holder:
        make_grant(asset, licensor_organisation_id=other.id)
    with pytest.raises(Conflict) as same_party:
        make_grant(asset, licensee=asset.organisation)
    assert (not_holder.value.code, same_party.value.code) == ("not_holder", "same_party")


def test_nothing_is_granted_on_a_right_that_is_not_in_force(app: Flask) -> None:
    with pytest.raises(Conflict) as refused:
        make_grant(make_right(status="lapsed"))
    assert refused.value.code == "not_alive"


def test_unknown_codes_are_refused_on_their_axis(app: Flask) -> None:
    with pytest.raises(Invalid) as refused:
        make_grant(make_right(), terms(acts={"fly"}, territories={"EP"}, fields=set()))
    assert set(refused.value.fields) == {"acts", "territories", "fields"}


def test_a_right_that_is_gone_for_good_takes_its_grants_with_it(app: Flask) -> None:
    asset = make_right()
    given = make_grant(asset, terms(start=date(2020, 1, 1), end=None))
    with transaction():
        assets.set_status(asset, "invalidated", "test")
    assert given.ended_reason == "invalidated"
    assert given.last_day is not None


@both_databases
def test_many_assets_are_asked_about_in_one_statement(app: Flask) -> None:
    taken, free, other = make_right(), make_right(), make_right()
    make_grant(taken, terms("exclusive"))
    make_grant(other, terms("exclusive", territories={"JP"}))
    wanted = terms("exclusive")
    with statements() as sent:
        found = queries.availability_many([taken.id, free.id, other.id], wanted)
    assert len(sent) == 1
    assert {key: value.free for key, value in found.items()} == {taken.id: False, free.id: True, other.id: True}
    each = queries.availability_each([(free.id, wanted), (taken.id, wanted)])
    assert [value.free for value in each] == [True, False]
    assert queries.availability_many([], wanted) == {}


@both_databases
def test_of_32_who_ask_at_once_for_one_exclusive_right_one_is_served(app: Flask) -> None:
    asset_id = make_right().id
    licensees = [make_organisation().id for _ in range(32)]
    start = Barrier(len(licensees))

    def ask(licensee_id: int) -> str:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    services.grant(
                        asset=db.session.get_one(Asset, asset_id),
                        licensor_organisation_id=db.session.get_one(Asset, asset_id).organisation_id,
                        licensee_organisation_id=licensee_id,
                        terms=terms("exclusive"),
                        agreement_ref="race",
                    )
            except GrantConflict:
                return "refused"
            finally:
                db.session.remove()
            return "granted"

    db.session.remove()
    with ThreadPoolExecutor(len(licensees)) as pool:
        outcomes = sorted(pool.map(ask, licensees))
    assert outcomes == ["granted"] + ["refused"] * 31
    assert how_many() == 1


def insert_unchecked(asset: Asset, wanted: rules.GrantTerms, number: int) -> None:
    """A row as a careless program would write it: no lock, no rules."""
    row = Grant(
        public_id=new_public_id(),
        asset_id=asset.id,
        licensor_organisation_id=asset.organisation_id,
        licensee_organisation_id=make_organisation().id,
        exclusivity=wanted.exclusivity,
        acts=sorted(wanted.acts),
        territories=sorted(wanted.territories),
        fields=sorted(wanted.fields),
        start_date=wanted.start,
        end_date=wanted.end,
        last_day=wanted.end,
        agreement_ref="careless",
        bars=rules.barring_ranges(number, wanted),
        **held(wanted),
    )
    with transaction():
        db.session.add(row)


@on_postgresql
@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        (terms("exclusive"), terms("exclusive"), True),
        (terms("exclusive"), terms("ordinary"), True),
        (terms("ordinary"), terms("sole"), True),
        (terms("ordinary"), terms("ordinary"), False),
        (terms("exclusive"), terms("exclusive", acts={"make"}), False),
        (terms("exclusive"), terms("exclusive", territories={"AT"}), False),
        (terms("exclusive"), terms("exclusive", fields={"batteries"}), True),
        (terms("exclusive"), terms("exclusive", fields={"batteries.portable"}), False),
        (terms("exclusive"), terms("exclusive", start=date(2029, 3, 1), end=None), True),
        (terms("exclusive"), terms("exclusive", start=date(2029, 3, 2), end=None), False),
    ],
)
def test_behind_the_lock_postgresql_itself_refuses_what_the_rules_refuse(
    app: Flask, one: rules.GrantTerms, other: rules.GrantTerms, clash: bool
) -> None:
    asset = make_right()
    insert_unchecked(asset, one, 1)
    if clash:
        with pytest.raises(IntegrityError, match="ex_rights_grant_conflict"):
            insert_unchecked(asset, other, 2)
    else:
        insert_unchecked(asset, other, 2)
    standing = rules.Standing(1, "G-1", one)
    assert (rules.conflict(other, standing) is not None) is clash


@on_postgresql
def test_the_constraint_lets_stand_what_a_grant_is_subject_to(app: Flask) -> None:
    asset = make_right()
    insert_unchecked(asset, terms("ordinary"), 7)
    insert_unchecked(asset, terms("exclusive", subject_to=frozenset({7})), 8)
    with pytest.raises(IntegrityError):
        insert_unchecked(asset, terms("ordinary"), 9)


@on_postgresql
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=some_terms, other=some_terms, is_named=st.booleans())
def test_whatever_two_grants_say_the_constraint_agrees_with_the_rules(
    app: Flask, one: rules.GrantTerms, other: rules.GrantTerms, is_named: bool
) -> None:
    asset = make_right()
    second = replace(other, subject_to=frozenset({1}) if is_named and one.exclusivity != "open" else frozenset())
    insert_unchecked(asset, one, 1)
    clashes = rules.conflict(second, rules.Standing(1, "G-1", one)) is not None
    try:
        insert_unchecked(asset, second, 2)
    except IntegrityError:
        refused = True
    else:
        refused = False
    assert refused is clashes


def test_domain_errors_leave_nothing_behind(app: Flask) -> None:
    with pytest.raises(DomainError):
        make_grant(make_right(status="pending"))
    assert how_many() == 0
