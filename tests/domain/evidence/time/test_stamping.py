from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from ipplatform.domain.accounts.actor import ANONYMOUS, SYSTEM, Actor
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.time import queries, stamping
from ipplatform.domain.evidence.time.errors import AuthorityProblem
from ipplatform.domain.evidence.time.models import TimeAnchor
from ipplatform.foundation import clock, jobs
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import Conflict, DomainError
from tests.authorities import Authority, MakeAuthority
from tests.databases import both_databases
from tests.domain.evidence.time.conftest import Configure, grow
from tests.factories.evidence import make_record


def states(*, due_only: bool = False) -> dict[str, str]:
    return {item.authority: item.state for item in stamping.stamp_newest(due_only=due_only)}


def interval(index: int | None) -> queries.Interval:
    with transaction(reads_only=True):
        return queries.interval(index)


def anchors() -> int:
    with transaction(reads_only=True):
        return db.session.scalar(select(func.count()).select_from(TimeAnchor)) or 0


@both_databases
def test_every_authority_stamps_the_newest_checkpoint_once(
    make_authority: MakeAuthority, configure: Configure, filed: Record
) -> None:
    configure(make_authority("east"), make_authority("west", intermediate=True))
    assert states() == {"east": "stamped", "west": "stamped"}
    assert states() == {"east": "already", "west": "already"}
    grow()
    assert states() == {"east": "stamped", "west": "stamped"}
    assert anchors() == 4


@both_databases
def test_the_interval_lies_between_the_last_stamp_without_the_leaf_and_the_first_with_it(
    make_authority: MakeAuthority, configure: Configure, filed: Record
) -> None:
    east, west = make_authority("east"), make_authority("west")
    configure(east, west)
    stamping.stamp_newest()
    [later] = grow()
    with transaction(reads_only=True):
        index = db.session.get_one(Record, later.id, populate_existing=True).leaf_index
    assert interval(index).not_after is None
    assert interval(None) == queries.Interval(None, None)
    west.fault = "error"
    assert states() == {"east": "stamped", "west": "problem"}
    found, earlier = interval(index), interval(2)
    assert found.not_before is not None
    assert found.not_after is not None
    assert timedelta(0) < found.not_after - found.not_before < timedelta(minutes=2)
    assert found.names == ("east",)
    assert earlier.not_before is None
    assert earlier.names == ("east", "west")


def test_clocks_that_contradict_each_other_leave_only_the_later_bound() -> None:
    now = clock.now()
    bounds = (queries.Bounds("east", now, None), queries.Bounds("west", None, now - timedelta(hours=1)))
    assert queries.combined(bounds).not_before is None
    assert queries.combined(bounds).not_after == now - timedelta(hours=1)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("error", "status 500"),
        ("redirect", "status 302"),
        ("huge", "more than"),
        ("garbage", "malformed"),
        ("silent", "cannot be reached"),
        ("refuse", "rejection"),
    ],
)
def test_a_failure_is_recorded_and_shown_and_stops_nothing(
    authority: Authority, configure: Configure, filed: Record, fault: str, reason: str
) -> None:
    configure(authority)
    authority.fault = fault
    assert states() == {authority.name: "problem"}
    grow()
    with transaction(reads_only=True):
        [status] = queries.status()
    assert reason in (status.failure or "")
    assert (status.succeeded_at, status.age) == (None, None)
    authority.fault = ""
    assert states() == {authority.name: "stamped"}
    with transaction(reads_only=True):
        [status] = queries.status()
    assert status.failure is None
    assert status.age is not None


def test_an_answer_to_an_earlier_request_is_refused(authority: Authority, configure: Configure, filed: Record) -> None:
    configure(authority)
    stamping.stamp_newest()
    grow()
    authority.fault = "replay"
    assert states() == {authority.name: "problem"}
    assert anchors() == 1


def test_an_authority_whose_clock_is_in_another_century_is_refused(
    authority: Authority, configure: Configure, filed: Record
) -> None:
    configure(authority)
    authority.moment = clock.now() + timedelta(days=20_000)
    assert states() == {authority.name: "problem"}


def test_the_hourly_look_waits_for_the_hour_of_each_authority(
    authority: Authority, configure: Configure, filed: Record
) -> None:
    configure(authority)
    assert states(due_only=True) == {authority.name: "stamped"}
    grow()
    assert states(due_only=True) == {authority.name: "waiting"}
    with clock.shifted(timedelta(hours=1, minutes=1)):
        assert states(due_only=True) == {authority.name: "stamped"}


def ask(record: Record, actor: Actor = SYSTEM) -> str:
    with transaction():
        fresh = db.session.get_one(Record, record.id, populate_existing=True)
        return stamping.request(actor=actor, record=fresh)


def test_a_holder_asks_and_the_worker_stamps_without_a_transaction_around_it(
    authority: Authority, configure: Configure, filed: Record
) -> None:
    configure(authority)
    assert [ask(filed), ask(filed)] == ["asked", "asked"]
    assert jobs.run_all() == 1
    assert ask(filed) == "stamped"
    assert authority.asked == 1


def test_however_often_people_ask_an_authority_is_asked_once_a_minute(
    authority: Authority, configure: Configure, filed: Record
) -> None:
    configure(authority)
    ask(filed)
    jobs.run_all()
    [later] = grow()
    assert ask(later) == "asked"
    assert jobs.run_all() == 0
    with clock.shifted(timedelta(minutes=1, seconds=1)):
        assert jobs.run_all() == 1
    assert authority.asked == 2


def test_who_may_not_asks_in_vain_and_a_filing_without_a_place_waits(
    authority: Authority, configure: Configure, filed: Record
) -> None:
    with pytest.raises(Conflict, match="no independent"):
        ask(filed)
    configure(authority)
    with pytest.raises(DomainError):
        ask(filed, ANONYMOUS)
    waiting = make_record()
    with pytest.raises(Conflict) as caught:
        ask(waiting)
    assert caught.value.code == "awaiting_inclusion"
    sequencer.run_once()
    assert ask(waiting) == "asked"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": "../x"}, "a-z"),
        ({"name": "renewal-1"}, "renewal"),
        ({"url": "ftp://x"}, "https"),
        ({"roots": "missing.pem"}, "missing.pem"),
        ({"hash": "md5"}, "sha256"),
        ({"policy": "x"}, "object identifier"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_faulty_configuration_says_what_is_wrong_and_the_console_shows_it(
    authority: Authority, configure: Configure, filed: Record, change: dict[str, str], reason: str
) -> None:
    configure(authority, **change)
    with pytest.raises(AuthorityProblem, match=reason):
        stamping.stamp_newest()
    with transaction(reads_only=True):
        assert reason in (queries.status()[0].failure or "")
