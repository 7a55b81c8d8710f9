from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from ipplatform.domain.assets import queries as assets
from ipplatform.domain.evidence import queries as evidence
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.filings import services
from ipplatform.domain.filings.models import Filing
from ipplatform.foundation.db import db, transaction
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
