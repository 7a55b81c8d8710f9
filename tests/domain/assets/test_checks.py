"""Whatever is changed behind the register's back is found by the audit, with record and field."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from sqlalchemy import select, text

from ipplatform.domain.assets.importing import runs
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.evidence import services
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation import jobs
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.ids import new_public_id
from tests.factories import actor_of, make_organisation, member
from tests.factories.assets import grant_xml
from tests.factories.evidence import column_findings


@pytest.fixture
def record(app: Flask) -> Record:
    person, organisation = member("filer")
    with transaction():
        stream = io.BytesIO(grant_xml().encode())
        runs.upload(actor=actor_of(person, organisation), organisation=organisation, stream=stream, name="a.xml")
    jobs.run_all()
    return db.session.scalars(select(Record)).one()


def findings(record: Record) -> set[str]:
    db.session.expire_all()
    assert record.manifest is not None
    return {found.field for found in column_findings(record)}


def test_an_untouched_asset_is_whole(record: Record) -> None:
    assert findings(record) == set()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ("UPDATE asset SET title = 'Another title'", "asset.title"),
        ("UPDATE asset SET abstract = abstract || '.'", "asset.abstract"),
        ("UPDATE asset SET kind = 'design'", "asset.kind"),
        ("UPDATE asset SET office = 'EP'", "asset.office"),
        ("UPDATE asset SET publication_number = 'US7000002B1'", "asset.publication_number"),
        ("UPDATE asset SET application_number = NULL", "asset.application_number"),
        ("UPDATE asset SET filing_date = '2017-05-03'", "asset.filing_date"),
        ("UPDATE asset SET grant_date = '2017-05-03'", "asset.grant_date"),
        ("UPDATE asset SET expiry_date = '2099-05-03'", "asset.expiry_date"),
        ("UPDATE asset_party SET name = 'Me Ltd' WHERE role = 'owner'", "asset_party.owner"),
        ("UPDATE asset_party SET country = 'FR' WHERE role = 'owner'", "asset_party.owner"),
        ("UPDATE asset_party SET share_denominator = 2 WHERE role = 'owner'", "asset_party.owner"),
        ("DELETE FROM asset_party WHERE role = 'owner'", "asset_party.owner"),
        ("UPDATE asset_party SET name = 'Me' WHERE role = 'inventor'", "asset_party.name"),
        ("UPDATE asset_classification SET code = 'H01M 10/05'", "asset_classification.code"),
        ("UPDATE document SET name = 'other.xml'", "document.name"),
        ("UPDATE document SET size = size + 1", "document.size"),
        ("UPDATE document SET sha512 = 'f' || substr(sha512, 2)", "document.sha512"),
        ("UPDATE document SET sha256 = 'x' || substr(sha256, 2)", "document.sha256"),
        ("DELETE FROM asset_document", "document.sha256"),
        ("UPDATE asset SET public_id = '0000000000000000'", "asset.public_id"),
    ],
)
def test_a_change_is_found_with_its_field(record: Record, change: str, field: str) -> None:
    with transaction():
        if "sha512 = 'f'" in change:
            change = change.replace("'f'", "'e'")
        db.session.execute(text(change))
    assert field in findings(record)


def test_moving_an_asset_to_another_holder_is_found(record: Record) -> None:
    other = make_organisation()
    with transaction():
        db.session.scalars(select(Asset)).one().organisation_id = other.id
    assert findings(record) == {"asset.organisation_id"}


def test_a_later_correction_may_change_the_data_and_an_assignment_the_owners(record: Record) -> None:
    with transaction():
        asset = db.session.scalars(select(Asset)).one()
        asset.title = "As corrected"
        asset.owners[0].name = "The assignee"
        follow(record, "correction")
    assert findings(record) == {"asset_party.owner"}
    with transaction():
        follow(record, "assignment")
    assert findings(record) == set()


def follow(record: Record, kind: str) -> None:
    filing = new_public_id()
    services.append(
        organisation_id=record.organisation_id,
        filing=filing,
        kind=kind,
        asset=record.asset,
        submitter={},
        fields={},
        documents=[],
        idempotency_key=filing,
    )
