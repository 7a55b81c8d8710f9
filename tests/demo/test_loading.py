"""The whole demo, loaded through the command as ``make run`` does."""

from __future__ import annotations

import time

import pytest
from flask import Flask
from sqlalchemy import func, select

from ipplatform.demo import loading, people
from ipplatform.domain.accounts.models import Person
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.evidence.models import LogState, Record
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.filings.rules import lifecycle as filing_life
from ipplatform.domain.licensing.models import Agreement, Negotiation
from ipplatform.domain.licensing.rules import lifecycle as deal_life
from ipplatform.domain.marketplace import index
from ipplatform.domain.marketplace.models import Listing
from ipplatform.domain.rights.models import Grant
from ipplatform.foundation.db import db
from tests.databases import both_databases
from tests.factories import make_person

MOST_SECONDS = 90  # alone it takes a quarter of that; tests share two cores


def run(app: Flask, *words: str) -> tuple[int, str]:
    db.session.rollback()
    result = app.test_cli_runner().invoke(args=["demo", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    db.session.rollback()
    db.session.expire_all()
    return result.exit_code, result.output


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def states(column: object) -> set[str]:
    return set(db.session.scalars(select(column).distinct()))  # type: ignore[call-overload]


@both_databases
@pytest.mark.slow
def test_the_demo_loads_once_through_the_real_services(app: Flask) -> None:
    began = time.monotonic()
    code, output = run(app, "load")
    assert code == 0, output
    assert time.monotonic() - began < MOST_SECONDS
    assert people.PASSWORD in output
    assert "owner@demo.example" in output

    assert states(Negotiation.state) == set(deal_life.STATES)
    assert states(Agreement.state) == set(deal_life.AGREEMENT_STATES)
    registrations = select(Filing.status).where(Filing.kind == "registration").distinct()
    assert set(db.session.scalars(registrations)) == set(filing_life.STATUSES)
    assert count(Asset) >= 40
    assert count(Grant) >= 5
    assert set(db.session.scalars(select(Listing.status))) == {"draft", "published", "closed"}

    state = db.session.get_one(LogState, 1)
    assert state.published_size == state.size == count(Record)
    assert index.check() == index.Difference((), ())

    before = (count(Person), count(Record), count(Listing), count(Negotiation))
    code, output = run(app, "load")
    assert (code, output.strip()) == (0, "The demo is loaded.")
    assert (count(Person), count(Record), count(Listing), count(Negotiation)) == before
    assert "licensee@demo.example" in run(app, "accounts")[1]


def test_a_database_with_other_people_is_left_alone(app: Flask) -> None:
    make_person()
    assert run(app, "load")[0] == 2
    assert run(app, "load", "--if-empty")[0] == 0
    assert count(Person) == 1
    assert run(app, "accounts")[1] == ""


def test_an_interrupted_load_goes_on_where_it_stopped(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    stages = [stage for stage in loading.stages() if stage.name in ("people", "submit.corvane")]
    monkeypatch.setattr(loading, "stages", lambda: iter(stages))
    loading.run(loading.pending()[0])
    assert [stage.name for stage in loading.pending()] == ["submit.corvane"]
    assert run(app, "load")[0] == 0
    assert loading.pending() == []
    assert count(Filing) == 2


def test_a_stage_that_fails_leaves_nothing_behind(app: Flask) -> None:
    def fail() -> None:
        people.settle()
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        loading.run(loading.Stage("people", "people", fail))
    assert count(Person) == 0
    assert not loading.is_begun()
