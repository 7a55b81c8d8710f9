"""What the health page and the gauges say of witnesses and time authorities that are asked in earnest."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.audit import alarms
from ipplatform.domain.evidence.audit.models import AuditAlarm
from ipplatform.domain.evidence.time import stamping
from ipplatform.foundation import clock
from ipplatform.foundation.db import db, transaction
from tests.authorities import Authority, MakeAuthority
from tests.conftest import SignIn
from tests.databases import both_databases
from tests.domain.evidence.time.conftest import Configure, configure  # noqa: F401
from tests.domain.evidence.witness.conftest import Zone, Zones, demand, zones  # noqa: F401
from tests.domain.evidence.witness.test_client import Demand, ask
from tests.entrypoints.http.test_metrics import gauges
from tests.factories import office_person
from tests.factories.evidence import make_records

HEALTH = "/office/audit"
TITLES = {"witnesses": ("Witnesses", "见证方"), "clocks": ("Time authorities", "时间戳机构")}
STATES = {
    "order": ("In order", "正常"),
    "act": ("To be acted on", "需要处理"),
    "unmet": ("Quorum not met yet", "尚未达到法定数量"),
}


class Page:
    """The health page in both languages."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        self._texts = [client.get(f"{HEALTH}?lang={language}").text for language in ("en", "zh")]

    def state(self, title: str) -> set[str]:
        """Which states the tile shows; the same in both languages."""
        found = []
        for place in (0, 1):
            shown = self.tile(title, place)
            assert shown, (title, place)
            found.append({name for name, words in STATES.items() if words[place] in shown})
        assert found[0] == found[1]
        return found[0]

    def tile(self, title: str, place: int = 0) -> str:
        after = self._texts[place].partition(f"<h2>{TITLES[title][place]}</h2>")[2]
        return " ".join(re.sub(r"<[^>]*>", " ", after.partition("</section>")[0]).split())


@pytest.fixture
def watched(
    app: Flask,
    zones: Zones,  # noqa: F811
    demand: Demand,  # noqa: F811
    make_authority: MakeAuthority,
    configure: Configure,  # noqa: F811
) -> tuple[Zone, Zone, Authority, Authority]:
    """A log with two witnesses, of which both are demanded, and two authorities; its head is cosigned and stamped."""
    one, two = zones("b"), zones("c")
    demand(one, two)
    north, south = make_authority(), make_authority("southclock")
    configure(north, south)
    grow()
    ask(patiently=False)
    stamping.stamp_newest()
    return one, two, north, south


@pytest.fixture
def auditor(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    return sign_in(client, office_person("auditor"))


def grow() -> None:
    make_records(2)
    sequencer.run_all()


def raised() -> list[str]:
    with transaction():
        alarms.watch()
    with transaction(reads_only=True):
        return [one.kind for one in db.session.query(AuditAlarm).order_by(AuditAlarm.kind)]


@both_databases
def test_all_well(auditor: FlaskClient, watched: tuple[Zone, Zone, Authority, Authority]) -> None:
    page = Page(auditor)
    assert page.state("witnesses") == page.state("clocks") == {"order"}
    assert "The quorum is met for the last checkpoint." in page.tile("witnesses")
    for name in ("b-ed", "b-pq", "c-ed", "c-pq"):
        assert f"{name} cosigned 2 entries" in page.tile("witnesses")
    assert "northclock last token" in page.tile("clocks")
    found = gauges(auditor)
    assert (found["quorum_met"], found["configuration_faulty"]) == (1, 0)
    for name in ("b-ed", "b-pq", "c-ed", "c-pq"):
        assert found[f'witness_contradicts{{witness="{name}"}}'] == 0
        assert 0 <= found[f'cosignature_age_seconds{{witness="{name}"}}'] < 60
    for name in ("northclock", "southclock"):
        assert 0 <= found[f'time_stamp_age_seconds{{authority="{name}"}}'] < 60
    assert raised() == []


@both_databases
def test_a_witness_that_does_not_answer_leaves_the_quorum_unmet(
    auditor: FlaskClient, watched: tuple[Zone, Zone, Authority, Authority]
) -> None:
    _one, two, _north, _south = watched
    two.down = True
    grow()
    ask(patiently=False)
    page = Page(auditor)
    assert page.state("witnesses") == {"unmet"}
    assert "The quorum was last met at 2 entries" in page.tile("witnesses")
    assert "b-ed cosigned 4 entries" in page.tile("witnesses")
    assert "c-ed cosigned 2 entries" in page.tile("witnesses")
    assert "Last try failed: no answer" in page.tile("witnesses")
    found = gauges(auditor)
    assert found["quorum_met"] == 0
    assert found['witness_contradicts{witness="c-ed"}'] == 0
    with clock.shifted(timedelta(hours=3)):
        found = gauges(auditor)
        assert found['cosignature_age_seconds{witness="c-ed"}'] >= 3 * 3600
    two.down = False
    ask(patiently=False)
    assert Page(auditor).state("witnesses") == {"order"}
    assert gauges(auditor)["quorum_met"] == 1


def test_a_witness_with_another_history_is_to_be_acted_on_and_raises_an_alarm(
    auditor: FlaskClient, watched: tuple[Zone, Zone, Authority, Authority]
) -> None:
    from ipplatform.domain.evidence.witness import transport

    one, _two, _north, _south = watched
    grow()
    one.replies = [transport.Reply(422, b"no consistency", "text/plain")]
    ask(patiently=False)
    page = Page(auditor)
    assert page.state("witnesses") == {"act"}
    assert "holds another history of the log" in page.tile("witnesses")
    assert gauges(auditor)['witness_contradicts{witness="b-ed"}'] == 1
    assert raised() == ["contradicted"]


@both_databases
@pytest.mark.parametrize("fault", ["refuse", "error", "garbage", "silent"])
def test_an_authority_that_fails_is_named_and_after_two_hours_to_be_acted_on(
    auditor: FlaskClient, watched: tuple[Zone, Zone, Authority, Authority], fault: str
) -> None:
    _one, _two, _north, south = watched
    south.fault = fault
    with clock.shifted(timedelta(minutes=70)):
        grow()
        stamping.stamp_newest()
        page = Page(auditor)
        assert page.state("clocks") == {"order"}
        shown = page.tile("clocks")
        assert shown.count("Last try failed:") == 1
        assert shown.index("Last try failed:") > shown.index("southclock")
        found = gauges(auditor)
        assert found['time_stamp_age_seconds{authority="northclock"}'] < 60
        assert found['time_stamp_age_seconds{authority="southclock"}'] >= 70 * 60
    with clock.shifted(timedelta(minutes=125)):
        assert Page(auditor).state("clocks") == {"act"}
        assert gauges(auditor)['time_stamp_age_seconds{authority="southclock"}'] >= 125 * 60
    south.fault = ""
    with clock.shifted(timedelta(minutes=126)):
        stamping.stamp_newest()
        page = Page(auditor)
        assert page.state("clocks") == {"order"}
        assert "Last try failed" not in page.tile("clocks")
        assert gauges(auditor)['time_stamp_age_seconds{authority="southclock"}'] < 60


def test_an_authority_is_late_only_when_the_log_has_grown(
    auditor: FlaskClient, watched: tuple[Zone, Zone, Authority, Authority]
) -> None:
    with clock.shifted(timedelta(hours=5)):
        assert Page(auditor).state("clocks") == {"order"}
        grow()
        assert Page(auditor).state("clocks") == {"act"}
        stamping.stamp_newest(due_only=True)
        assert Page(auditor).state("clocks") == {"order"}


def test_an_authority_that_never_answered_is_to_be_acted_on_and_has_no_sample(
    auditor: FlaskClient,
    make_authority: MakeAuthority,
    configure: Configure,  # noqa: F811
) -> None:
    authority = make_authority()
    authority.fault = "error"
    configure(authority)
    assert Page(auditor).state("clocks") == {"order"}
    grow()
    stamping.stamp_newest()
    page = Page(auditor)
    assert page.state("clocks") == {"act"}
    assert "no token yet" in page.tile("clocks")
    assert [name for name in gauges(auditor) if name.startswith("time_stamp_age_seconds")] == []


def test_a_file_that_cannot_be_read_is_said_and_a_gauge(
    auditor: FlaskClient, watched: tuple[Zone, Zone, Authority, Authority], app: Flask
) -> None:
    settings = app.config["SETTINGS"]
    Path(settings.witness_policy).write_text("quorum nobody\n")
    Path(settings.time_authorities).write_text("[[authority]]\nname = 1\n")
    page = Page(auditor)
    assert page.state("witnesses") == {"act"}
    assert page.state("clocks") == {"act"}
    assert "TIME_AUTHORITIES" in page.tile("clocks")
    assert gauges(auditor)["configuration_faulty"] == 1
