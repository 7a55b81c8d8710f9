"""The audit's reading of grants and agreements: whole when untouched, and every column named when changed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from ipplatform.domain.evidence.columns import ColumnFinding
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.licensing.models import Agreement, Negotiation, Offer, Signature
from ipplatform.domain.rights import services as rights
from ipplatform.domain.rights.models import Grant
from ipplatform.domain.rights.ranges import Ranges
from ipplatform.foundation.clock import today
from ipplatform.foundation.db import db, transaction
from tests.databases import both_databases
from tests.factories.evidence import column_findings
from tests.factories.licensing import licence_terms, make_licence


def findings() -> list[ColumnFinding]:
    db.session.expire_all()
    record = db.session.scalars(select(Record)).one()
    assert record.manifest is not None
    return column_findings(record)


def change(model: Any, **values: Any) -> None:
    with transaction():
        db.session.execute(update(model).values(**values))


@both_databases
def test_an_untouched_licence_is_whole(app: Flask) -> None:
    make_licence()
    assert findings() == []


def test_a_grant_that_ended_early_is_whole(app: Flask) -> None:
    make_licence()
    with transaction():
        rights.end_grant(grant=db.session.scalars(select(Grant)).one(), last_day=today(), reason="agreed")
    assert findings() == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"acts": ["make"]}, "rights_grant.acts"),
        ({"territories": ["DE", "FR"]}, "rights_grant.territories"),
        ({"fields": ["*"]}, "rights_grant.fields"),
        ({"fields": ["no.such.field"]}, "rights_grant.fields"),
        ({"start_date": date(2020, 1, 1)}, "rights_grant.start_date"),
        ({"end_date": None}, "rights_grant.end_date"),
        ({"last_day": None}, "rights_grant.last_day"),
        ({"exclusivity": "ordinary"}, "rights_grant.exclusivity"),
        ({"sublicensing": 3}, "rights_grant.sublicensing"),
        ({"acts_held": Ranges.points([1])}, "rights_grant.acts_held"),
        ({"territories_held": Ranges()}, "rights_grant.territories_held"),
        ({"fields_held": Ranges()}, "rights_grant.fields_held"),
        ({"term_held": None}, "rights_grant.term_held"),
        ({"bars": Ranges()}, "rights_grant.bars"),
        ({"record_id": None}, "rights_grant.record_id"),
        ({"agreement_ref": "another"}, "rights_grant"),
    ],
)
def test_a_changed_column_of_the_ledger_is_named(app: Flask, values: dict[str, Any], field: str) -> None:
    make_licence()
    change(Grant, **values)
    assert field in {finding.field for finding in findings()}


def test_parties_exchanged_are_named(app: Flask) -> None:
    deal, _agreement = make_licence()
    ours, theirs = deal.licensor.organisation.id, deal.licensee.organisation.id
    change(Grant, licensor_organisation_id=theirs, licensee_organisation_id=ours)
    assert {"rights_grant.licensor", "rights_grant.licensee"} <= {finding.field for finding in findings()}


@pytest.mark.parametrize(
    ("model", "values", "field"),
    [
        (Agreement, {"sha256": "0" * 64}, "agreement.sha256"),
        (Negotiation, {"state": "agreed"}, "negotiation.state"),
        (Signature, {"statement": "I never said this"}, "agreement_signature.statement"),
        (Signature, {"sha256": "0" * 64}, "agreement_signature.sha256"),
    ],
)
def test_a_changed_agreement_is_named(app: Flask, model: Any, values: dict[str, Any], field: str) -> None:
    make_licence()
    change(model, **values)
    assert field in {finding.field for finding in findings()}


def test_changed_terms_and_removed_signatures_are_named(app: Flask) -> None:
    make_licence()
    offer = db.session.scalars(select(Offer)).one()
    with transaction():
        offer.terms = licence_terms(lump_sum="1")
        db.session.delete(db.session.scalars(select(Signature)).first())
    assert {"licence_offer.terms", "agreement_signature"} <= {finding.field for finding in findings()}
