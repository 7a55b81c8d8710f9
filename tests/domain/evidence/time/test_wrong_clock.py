"""A clock of ours that is a day behind or a year ahead: no interval says anything false, and nothing waits for it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale, format_date
from sqlalchemy import select

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence import queries as log
from ipplatform.domain.evidence.audit import health
from ipplatform.domain.evidence.certificate import services as certificates
from ipplatform.domain.evidence.time import queries, stamping, words
from ipplatform.domain.evidence.time.models import TimeAnchor
from ipplatform.domain.evidence.witness import client
from ipplatform.domain.evidence.witness.models import Endpoint
from ipplatform.foundation import clock
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.i18n import moment
from ipplatform.foundation.jobs import Outbox
from tests.authorities import MakeAuthority
from tests.databases import both_databases
from tests.domain.evidence.time.conftest import Configure, grow
from tests.factories.certificates import filer
from tests.trials.test_mutations import findings

SHIFTS = (timedelta(days=-1), timedelta(days=365))
NEAR = timedelta(minutes=5)


def interval_of(filing: str) -> queries.Interval:
    with transaction(reads_only=True):
        record = log.record_by_filing(filing)
        assert record is not None
        return queries.interval(record.leaf_index)


def near(moment: datetime | None) -> bool:
    return moment is not None and abs(moment - clock.now()) < NEAR


@both_databases
@pytest.mark.parametrize("shift", SHIFTS, ids=["a_day_behind", "a_year_ahead"])
def test_the_interval_is_the_authorities_whatever_our_clock_says(
    app: Flask, make_authority: MakeAuthority, configure: Configure, shift: timedelta
) -> None:
    configure(make_authority(), make_authority("southclock"))
    before = grow()[0].public_id
    assert [one.state for one in stamping.stamp_newest()] == ["stamped", "stamped"]
    with clock.shifted(shift):
        during = grow()[0].public_id
        assert [one.state for one in stamping.stamp_newest(due_only=True)] == ["stamped", "stamped"]
    after = grow()[0].public_id
    assert [one.state for one in stamping.stamp_newest(due_only=True)] == ["stamped", "stamped"]

    first, second, third = interval_of(before), interval_of(during), interval_of(after)
    assert first.not_before is None
    assert all(near(one) for one in (first.not_after, second.not_before, second.not_after, third.not_before))
    assert near(third.not_after)
    assert first.not_after <= second.not_after <= third.not_after  # type: ignore[operator]
    for one in (second, third):
        assert one.not_before < one.not_after  # type: ignore[operator]
    for language in ("en", "zh"):
        with force_locale(language), transaction(reads_only=True):
            said = words.statement(second)
            assert moment(second.not_after) in said
            assert moment(second.not_before) in said
            assert format_date(second.not_after, "medium") in said
            assert format_date(clock.now() + shift, "medium") not in said
    with transaction(reads_only=True):
        for received, stated in db.session.execute(select(TimeAnchor.received_at, TimeAnchor.gen_time)):
            assert near(stated)
            assert near(received) or near(received - shift)
    assert findings() == []


@both_databases
@pytest.mark.parametrize("shift", SHIFTS, ids=["a_day_behind", "a_year_ahead"])
def test_a_failure_after_the_clock_was_set_right_is_shown_and_a_success_ends_it(
    app: Flask, make_authority: MakeAuthority, configure: Configure, shift: timedelta
) -> None:
    authority = make_authority()
    configure(authority)
    with clock.shifted(shift):
        grow()
        stamping.stamp_newest()
    authority.fault = "error"
    grow()
    stamping.stamp_newest()
    with transaction(reads_only=True):
        (shown,) = queries.status()
        assert shown.failure is not None
        found = health.health(actor=SYSTEM)
        assert [one.name for one in found.stale_authorities] == ["northclock"]
    authority.fault = ""
    stamping.stamp_newest()
    with transaction(reads_only=True):
        (shown,) = queries.status()
        assert shown.failure is None
        assert health.health(actor=SYSTEM).stale_authorities == []


@both_databases
def test_nobody_waits_for_a_time_that_our_clock_ran_ahead_to(
    app: Flask, make_authority: MakeAuthority, configure: Configure
) -> None:
    authority = make_authority()
    configure(authority)
    authority.fault = "error"
    actor = filer()
    with clock.shifted(timedelta(days=365)):
        grow()
        stamping.stamp_newest()
        with transaction():
            db.session.add(Endpoint(url="https://b.example", failures=9, tried_at=clock.now()))
    authority.fault = ""
    from tests.factories import filings

    filing = filings.submitted(actor)
    with transaction():
        record = log.record_by_filing(filing.public_id)
        assert record is not None
        assert stamping.request(actor=SYSTEM, record=record) == "asked"
        waiting = db.session.scalars(select(Outbox).where(Outbox.name == stamping.JOB)).one()
        assert waiting.run_at <= clock.now()
        assert not client._resting(db.session.scalars(select(Endpoint)).one())
    made = certificates.certificate(actor=actor, filing=filing.public_id, language="en")
    assert made.stamped_by == "northclock"
