"""The whole way on patents a real office published: import, record, list, find, match, license, refuse, verify.

Runs on every USPTO weekly file beside the checkout; where there are none, on a small file of our own.
"""

from __future__ import annotations

import gzip
import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from ipplatform.domain.assets.importing import report
from ipplatform.domain.assets.models import Asset, AssetImport
from ipplatform.domain.evidence import queries as evidence
from ipplatform.domain.evidence import sequencer, verify
from ipplatform.domain.evidence.bundle import archive, contents
from ipplatform.domain.evidence.bundle.reader import Bundle
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.licensing import services as licensing
from ipplatform.domain.marketplace import index
from ipplatform.domain.marketplace import services as market
from ipplatform.domain.marketplace.matching import matches
from ipplatform.domain.marketplace.models import Listing
from ipplatform.domain.marketplace.schemas import ListingSchema, NeedSchema
from ipplatform.domain.marketplace.search import pages
from ipplatform.domain.rights.errors import GrantConflict
from ipplatform.foundation.clock import today
from ipplatform.foundation.db import db, transaction
from tests.factories.assets import grant_xml
from tests.factories.licensing import Deal, Side, licence_terms, make_side

SHARED = Path(os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
WEEKLY = ("ipg100105.small.xml.gz", "ipgb20221025_wk43.zip")
FILES = [SHARED / "uspto" / name for name in WEEKLY if (SHARED / "uspto" / name).exists()]
LISTED = 8


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    if FILES:
        return FILES
    own = tmp_path / "own.xml.gz"
    subjects = ("membrane pump", "optical sensor", "battery separator", "turbine seal", "speech codec", "wire saw")
    documents = [
        grant_xml(
            f"0{7000001 + place}",
            title=subject,
            abstract=f'<abstract id="abstract"><p id="p-1">A {subject} of design {place}.</p></abstract>',
        )
        for place, subject in enumerate(subjects * 2)
    ]
    own.write_bytes(gzip.compress("\n".join(documents).encode()))
    return [own]


@pytest.mark.slow
def test_real_patents_go_the_whole_way(app: Flask, files: list[Path]) -> None:
    owner, seeker, rival = (
        make_side("administrator", "signatory"),
        make_side("dealer", "signatory"),
        make_side("dealer"),
    )
    imported(app, owner, files)
    listings = list_some(app, owner)
    found_by_their_words(listings)
    matched_by_a_need(seeker, listings[0])
    licensed_once(owner, seeker, rival, listings[0])
    every_bundle_verifies()


def imported(app: Flask, owner: Side, files: list[Path]) -> None:
    """Every document is taken or refused with a reason, and reading the files again adds nothing."""
    for _ in range(2):
        with app.app_context():
            args = ["import", *map(str, files), "--organisation", owner.organisation.public_id]
            run = app.test_cli_runner().invoke(args=args)
        assert run.exit_code == 0, run.output
        assets = db.session.scalar(select(func.count()).select_from(Asset)) or 0
        records = db.session.scalar(select(func.count()).select_from(Record)) or 0
        assert assets == records > LISTED
    for run_row in db.session.scalars(select(AssetImport)):
        for line in report.lines(run_row, ("doubtful", "refused")):
            assert line.remarks, line.position
    while sequencer.run_once():
        pass
    assert evidence.published_size() == records


def list_some(app: Flask, owner: Side) -> list[Listing]:
    alive = select(Asset).where(Asset.status == "in_force", Asset.kind == "patent", Asset.abstract.is_not(None))
    made = []
    for asset in db.session.scalars(alive.order_by(Asset.id).limit(LISTED)):
        values = ListingSchema().load(
            {
                "title": asset.title,
                "problem": asset.abstract[:1500],
                "solution": asset.abstract[:1500],
                "exclusivities": ["exclusive", "ordinary"],
                "acts": ["make", "sell"],
                "territories": ["US"],
                "fields_of_use": ["*"],
                "price_model": "negotiable",
                "currency": "USD",
                "consent_declared": "true",
            }
        )
        with transaction():
            listing = market.draft(actor=owner.actor, asset_public_id=asset.public_id, values=values)
            market.publish(actor=owner.actor, listing=listing)
        made.append(listing)
    with app.app_context():
        index.apply_changes()
    assert made
    return made


def found_by_their_words(listings: list[Listing]) -> None:
    """Each is among the first results for the first words of its own abstract."""
    for listing in listings:
        words = " ".join((listing.asset.abstract or "").split()[:14])
        first = [hit.listing.id for hit in pages.search(text=words).hits[:3]]
        assert listing.id in first, words


def matched_by_a_need(seeker: Side, listing: Listing) -> None:
    abstract = listing.asset.abstract or ""
    values = NeedSchema().load(
        {
            "title": f"Looking for {listing.asset.title}",
            "problem": abstract[:800],
            "acts": ["make"],
            "territories": ["US"],
            "exclusivity": "exclusive",
            "currency": "USD",
        }
    )
    with transaction():
        need = market.create_need(actor=seeker.actor, values=values)
    found = matches.matches_for(actor=seeker.actor, need=need)
    assert found.items[0].listing.id == listing.id
    assert found.items[0].verdicts


def licensed_once(owner: Side, seeker: Side, rival: Side, listing: Listing) -> None:
    terms = {"end": None, "territories": ["US"], "fields_of_use": ["*"], "currency": "USD", "governing_law": "US"}
    with transaction():
        negotiation = licensing.inquire(actor=seeker.actor, listing_id=listing.id, message="We would make it.")
        second = licensing.inquire(actor=rival.actor, listing_id=listing.id, message="Exclusively, please.")
    deal = Deal(owner, seeker, listing, negotiation)
    deal.offer(**terms)
    agreement = deal.accept()
    assert not deal.sign(agreement, seeker).executed
    assert deal.sign(agreement, owner).executed
    with pytest.raises(GrantConflict) as refusal, transaction():
        licensing.counter_or_offer(
            actor=owner.actor,
            negotiation_id=second.id,
            terms=licence_terms(**terms),
            valid_until=today() + timedelta(days=30),
        )
    assert "United States" in str(refusal.value)


def every_bundle_verifies() -> None:
    while sequencer.run_once():
        pass
    records = db.session.scalars(select(Record).order_by(Record.id)).all()
    kinds = {record.kind for record in records}
    assert {"registration", "licence"} <= kinds
    for record in records:
        data = b"".join(archive.stream(contents.members(record, with_filing=True)))
        with Bundle(BytesIO(data)) as bundle:
            checks = list(verify.verify(bundle, None))
        assert verify.outcome(checks) == verify.VERIFIED, [check.line for check in checks]
