from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import LargeBinary, literal, select, type_coerce, update
from sqlalchemy.orm import aliased

from ipplatform.domain.assets import queries as assets
from ipplatform.domain.evidence import queries as evidence
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.audit import records
from ipplatform.domain.evidence.audit.marks import Standing
from ipplatform.domain.filings import services
from ipplatform.domain.filings.models import Filing
from ipplatform.foundation import secretbox
from ipplatform.foundation.db import db, transaction
from tests.databases import both_databases
from tests.factories import actor_of, member
from tests.factories.evidence import column_findings
from tests.factories.filings import decided, draft, received, submitted


def findings(filing: Filing) -> set[str]:
    """The fields the audit would name over every record of the filing's asset."""
    db.session.flush()
    db.session.expire_all()
    found = set()
    for record in evidence.history(filing.asset):
        found |= {finding.field for finding in column_findings(record)}
    return found


@pytest.mark.parametrize("outcome", ["register", "deficient", "refuse"])
def test_an_untouched_case_is_whole(app: Flask, outcome: str) -> None:
    filing, _ = decided(actor_of(*member("filer")), outcome)
    assert findings(filing) == set()


def test_a_case_is_whole_at_every_other_stage(app: Flask) -> None:
    actor = actor_of(*member("filer"))
    filing = submitted(actor)
    assert findings(filing) == set()
    answered, _ = decided(actor, "deficient")
    with transaction():
        answer = services.start_answer(actor=actor, filing_id=answered.id)
    assert findings(answered) == set()
    with transaction():
        services.submit(actor=actor, filing_id=answer.id, idempotency_key="two")
    assert findings(answered) == set()
    with transaction():
        services.withdraw(actor=actor, filing_id=answered.id)
    sequencer.run_once()
    assert findings(answered) == set()


def _title(filing: Filing) -> None:
    filing.content = {**(filing.content or {}), "title": "Something else"}


def _claims(filing: Filing) -> None:
    filing.content = {**(filing.content or {}), "claims": []}


def _status(filing: Filing) -> None:
    filing.status = "withdrawn"


def _asset_title(filing: Filing) -> None:
    asset = assets.asset(filing.asset)
    assert asset is not None
    asset.title = "Something else"


def _owner(filing: Filing) -> None:
    asset = assets.asset(filing.asset)
    assert asset is not None
    asset.owners[0].name = "Somebody else"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (_title, "filing.title"),
        (_claims, "filing.claims"),
        (_status, "filing.status"),
        (_asset_title, "asset.title"),
        (_owner, "asset.owners"),
    ],
)
def test_a_changed_column_is_named(app: Flask, change: Callable[[Filing], None], field: str) -> None:
    filing, _ = decided(actor_of(*member("filer")))
    change(filing)
    assert field in findings(filing)


@both_databases
def test_content_that_does_not_open_is_named_with_its_column_and_hides_nothing_else(app: Flask) -> None:
    filing, _ = decided(actor_of(*member("filer")), "register")
    number = filing.public_id
    sealed = type_coerce(Filing.content, LargeBinary)
    stored = bytes(db.session.scalar(select(sealed).where(Filing.id == filing.id)) or b"")
    filing.status = "withdrawn"
    db.session.flush()
    table = Filing.__table__
    changed = literal(stored[:-1] + bytes([stored[-1] ^ 1]), LargeBinary)
    db.session.connection().execute(update(table).where(table.c.id == filing.id).values({"content": changed}))
    db.session.expire_all()
    found = {one.field: (one.expected, one.found, one.position) for one in records.step(0, Standing()).findings}
    assert set(found) == {"filing.content", f"filing.content of {number}", "filing.status"}
    assert found["filing.content"] == (
        "text sealed with the data key that opens",
        "bytes that do not open (changed, or another key)",
        None,
    )


@both_databases
def test_a_sealed_column_that_does_not_open_names_itself(app: Flask) -> None:
    filing = submitted(actor_of(*member("filer")))
    table, again = Filing.__table__, aliased(Filing)
    changed = literal(b"changed", LargeBinary)
    db.session.connection().execute(update(table).where(table.c.id == filing.id).values({"fields": changed}))
    for statement in (select(Filing.fields), select(again.fields)):
        with pytest.raises(secretbox.Damaged) as raised:
            db.session.scalars(statement.limit(1)).all()
        assert raised.value.column == "filing.fields"


@both_databases
def test_a_changed_status_is_told_with_the_statuses_allowed_and_no_byte(app: Flask) -> None:
    filing = submitted(actor_of(*member("filer")))
    filing.status = "withdrawn"
    db.session.flush()
    (finding,) = records.step(0, Standing()).findings
    assert finding.field == "filing.status"
    assert (finding.expected, finding.found) == ("one of: submitted, under_examination", "withdrawn")
    assert (finding.position, finding.around) == (None, None)


def test_a_document_taken_away_is_found(app: Flask) -> None:
    person, organisation = member("filer")
    actor = actor_of(person, organisation)
    filing = draft(actor)
    document = received(actor, organisation)
    with transaction():
        services.attach(actor=actor, filing_id=filing.id, role="drawings", document=document)
        services.submit(actor=actor, filing_id=filing.id, idempotency_key="one")
    assert findings(filing) == set()
    document.sha256 = "0" * 64
    assert findings(filing) == {"filing.documents"}


def test_a_filing_that_vanished_is_found(app: Flask) -> None:
    filing = submitted(actor_of(*member("filer")))
    asset = filing.asset
    db.session.delete(filing)
    db.session.flush()
    (record,) = evidence.history(asset)
    found = column_findings(record)
    assert [finding.field for finding in found] == ["filing"]
