"""What a certificate says of the witnesses that the log asks for, as pdftotext reads it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from ipplatform.domain.evidence.certificate import services
from ipplatform.domain.evidence.models import LogCheckpoint
from ipplatform.domain.evidence.witness.models import Cosignature, Quorum
from ipplatform.foundation.db import db, transaction
from tests.contracts.evidence.test_certificate import VALID, stored, text_of
from tests.databases import both_databases
from tests.domain.evidence.witness.conftest import Zones, demand, zones  # noqa: F401
from tests.domain.evidence.witness.test_client import Demand, ask
from tests.factories import filings
from tests.factories.certificates import filer, said

UNMET = {
    "en": "The quorum of witnesses that the log asks for was not met when this was issued.",
    "zh": "签发时未达到日志要求的见证方法定数。",
}
MET = {
    "en": "Cosigned by {0}, {2}; {1}, {3}: the quorum of witnesses that the log asks for is met.",
    "zh": "由 {0}，{2}、{1}，{3} 共同签名，已达到日志要求的见证方法定数。",
}


def stated(language: str, moment: datetime) -> str:
    """On the zone's clock, eight hours ahead, and on that of UTC, with its day where that is another."""
    here = moment.astimezone(timezone(timedelta(hours=8)))
    same = here.date() == moment.date()
    if language == "zh":
        day = "" if same else f"{moment.year}年{moment.month}月{moment.day}日 "
        return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M:%S} UTC+8（协调世界时 {day}{moment:%H:%M:%S}）"
    day = "" if same else f"{moment.day} {moment:%B} {moment.year}, "
    return f"{here.day} {here:%B} {here.year}, {here:%H:%M:%S} UTC+8 ({day}{moment:%H:%M:%S} UTC)"


def without_blanks(text: str) -> str:
    """Where a line ends in Chinese there is no blank, and pdftotext gives one."""
    return "".join(text.replace("\u00a0", " ").split())


def pages(file: Path) -> str:
    return next(line.split()[1] for line in said(file, "pdfinfo").splitlines() if line.startswith("Pages:"))


@both_databases
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_quorum_that_is_not_met_is_said_and_one_met_with_names_and_times(
    app: Flask,
    tmp_path: Path,
    zones: Zones,  # noqa: F811
    demand: Demand,  # noqa: F811
    language: str,
) -> None:
    one, two = zones("b"), zones("c")
    demand(one, two)
    actor = filer()
    filing = filings.submitted(actor)
    two.down = True
    ask(patiently=False)
    early = services.certificate(actor=actor, filing=filing.public_id, language=language)
    text = without_blanks(text_of(stored(tmp_path, early)))
    assert without_blanks(UNMET[language]) in text
    assert one.settings.witness_name not in text

    two.down = False
    ask(patiently=False)
    later = services.certificate(actor=actor, filing=filing.public_id, language=language)
    assert later.content != early.content
    with transaction(reads_only=True):
        lines = db.session.execute(select(Cosignature.witness, Cosignature.cosigned_at)).all()
        assert db.session.query(Quorum).count() == 1
    times = [min(at for name, at in lines if name.startswith(f"{zone}-")) for zone in "bc"]
    expected = MET[language].format(
        one.settings.witness_name, two.settings.witness_name, *(stated(language, at) for at in times)
    )
    file = stored(tmp_path, later)
    text = without_blanks(text_of(file))
    assert without_blanks(expected) in text
    assert without_blanks(UNMET[language]) not in text
    assert VALID in said(file, "pdfsig", "-nocert")
    assert pages(file) == "1"
    assert services.certificate(actor=actor, filing=filing.public_id, language=language) == later


def test_without_a_demanded_quorum_it_says_that_none_is_demanded(app: Flask, tmp_path: Path) -> None:
    actor = filer()
    filing = filings.submitted(actor)
    made = services.certificate(actor=actor, filing=filing.public_id, language="en")
    assert "None is demanded; the log's own two signatures stand alone." in text_of(stored(tmp_path, made)).replace(
        "’", "'"
    )
    with transaction(reads_only=True):
        assert db.session.query(LogCheckpoint).count() == 1


def test_four_witnesses_leave_the_page_one(app: Flask, tmp_path: Path, zones: Zones, demand: Demand) -> None:  # noqa: F811
    demand(*(zones(name) for name in ("b", "c", "d", "e")))
    actor = filer()
    filing = filings.submitted(actor, **filings.patent_fields(title="A method of cooling " * 14))
    ask(patiently=False)
    file = stored(tmp_path, services.certificate(actor=actor, filing=filing.public_id, language="en"))
    assert pages(file) == "1"
    assert "and 1 more" in text_of(file)
