"""Entering what was read: asset, document, record in the log and a line of the report, in one transaction a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.assets import documents, queries, services
from ipplatform.domain.assets.importing.candidates import Candidate
from ipplatform.domain.assets.models import Asset, AssetImport, AssetImportEntry
from ipplatform.domain.assets.numbers import display
from ipplatform.domain.assets.reading.outcome import Remark
from ipplatform.domain.assets.reading.publication import Publication
from ipplatform.domain.assets.terms import status_at
from ipplatform.domain.evidence import services as evidence
from ipplatform.foundation import storage
from ipplatform.foundation.clock import today
from ipplatform.foundation.db import db, is_sqlite
from ipplatform.foundation.ids import new_public_id

OFFICE_DOCUMENT = "office_publication"
MEDIA_TYPE = "application/xml"
TITLE_IN_REPORT = 300
Holders = dict[str, tuple[int, str, int]]


def take(run: AssetImport, organisation: Organisation, batch: Sequence[Candidate]) -> None:
    """Enter a batch into the current transaction. Documents already in the register are counted, not entered again."""
    _wait_for_other_imports()
    known = _known(batch)
    stored: list[str] = []
    try:
        for candidate in batch:
            entry = _entry(run, organisation, candidate, known, stored)
            setattr(run, entry.outcome, getattr(run, entry.outcome) + 1)
            db.session.add(entry)
        db.session.flush()
    except BaseException:
        for key in stored:
            storage.delete(key)
        raise


def _wait_for_other_imports() -> None:
    """Batches follow each other: two that bring the same numbers in different order would wait for each other for good.

    On SQLite the one writer is the lock.
    """
    if not is_sqlite():
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("asset import", 0))))


def manifest_fields(publication: Publication, run: AssetImport, candidate: Candidate) -> dict[str, Any]:
    """What the record of an imported asset says: the bibliographic data and where it was read."""
    return {
        "origin": "external",
        "asset_kind": publication.kind,
        "office": publication.office,
        "publication_number": publication.publication_number,
        "application_number": publication.application_number,
        "title": publication.title,
        "language": "en",
        "abstract": publication.abstract,
        "filing_date": publication.filing_date,
        "grant_date": publication.grant_date,
        "expiry_date": publication.end,
        "parties": [
            {
                "role": party.role,
                "name": party.name,
                "country": party.country,
                "share": None if party.share is None else f"{party.share.numerator}/{party.share.denominator}",
            }
            for party in publication.parties
        ],
        "classifications": [{"scheme": item.scheme, "code": item.code} for item in publication.classifications],
        "source": {"file": run.file_name, "member": candidate.member, "document": candidate.position},
    }


def _known(batch: Sequence[Candidate]) -> Holders:
    by_office: dict[str, list[str]] = {}
    for candidate in batch:
        if candidate.publication is not None:
            by_office.setdefault(candidate.publication.office, []).append(candidate.publication.publication_number)
    known: Holders = {}
    for office, found in by_office.items():
        known |= queries.holders_of(office, found)
    return known


def _entry(
    run: AssetImport, organisation: Organisation, candidate: Candidate, known: Holders, stored: list[str]
) -> AssetImportEntry:
    entry = AssetImportEntry(
        import_id=run.id, position=candidate.position, member=candidate.member, line=candidate.line, remarks=[]
    )
    publication = candidate.publication
    if publication is None:
        assert candidate.refusal is not None
        entry.outcome, entry.remarks = "refused", [candidate.refusal.as_json()]
        return entry
    entry.publication_number = publication.publication_number
    entry.title = publication.title[:TITLE_IN_REPORT]
    if (holder := known.get(publication.publication_number)) is not None:
        _already_there(entry, holder, organisation)
        return entry
    asset = _asset(run, organisation, candidate, publication, stored)
    known[publication.publication_number] = (asset.id, asset.public_id, organisation.id)
    entry.asset_id = asset.id
    entry.outcome = "doubtful" if publication.is_doubtful else "taken"
    entry.remarks = [remark.as_json() for remark in (*publication.remarks, *_notes(asset))]
    return entry


def _already_there(entry: AssetImportEntry, holder: tuple[int, str, int], organisation: Organisation) -> None:
    asset_id, _public_id, holder_id = holder
    detail = {"number": display(entry.publication_number)}
    if holder_id == organisation.id:
        entry.outcome, entry.asset_id = "unchanged", asset_id
        entry.remarks = [Remark("already_there", detail).as_json()]
        return
    entry.outcome = "refused"
    entry.remarks = [Remark("other_holder", detail).as_json()]


def _notes(asset: Asset) -> list[Remark]:
    if asset.status == "expired" and asset.expiry_date is not None:
        return [Remark("expired", {"date": asset.expiry_date.isoformat()})]
    return [Remark("maintenance_unknown")] if asset.status_note == "maintenance_unknown" else []


def _asset(
    run: AssetImport, organisation: Organisation, candidate: Candidate, publication: Publication, stored: list[str]
) -> Asset:
    status = status_at(publication.end, today())
    asset = services.register(
        organisation_id=organisation.id,
        public_id=new_public_id(),
        kind=publication.kind,
        origin="external",
        office=publication.office,
        application_number=publication.application_number,
        publication_number=publication.publication_number,
        registration_number=publication.publication_number,
        filing_date=publication.filing_date,
        publication_date=publication.grant_date,
        grant_date=publication.grant_date,
        expiry_date=publication.end,
        title=publication.title,
        abstract=publication.abstract,
        status=status,
        status_note=status_note(publication, status),
        parties=publication.parties,
        classifications=publication.classifications,
        content=publication.content,
    )
    _record(run, organisation, candidate, publication, asset, stored)
    return asset


def status_note(publication: Publication, status: str) -> str | None:
    """Why the status may be wrong: US utility patents live on fees that a grant file cannot know (35 U.S.C. 41(b))."""
    if publication.end is None:
        return "term_unknown"
    owes_fees = publication.kind == "patent" and not str(publication.content.get("kind_code", "")).startswith("P")
    return "maintenance_unknown" if status == "in_force" and owes_fees else None


def _record(
    run: AssetImport,
    organisation: Organisation,
    candidate: Candidate,
    publication: Publication,
    asset: Asset,
    stored: list[str],
) -> None:
    document = documents.keep(
        organisation_id=organisation.id,
        name=f"{publication.publication_number}.xml",
        media_type=MEDIA_TYPE,
        chunks=[candidate.content],
    )
    stored.append(document.storage_key)
    services.add_document(asset, document, role=OFFICE_DOCUMENT, is_public=True)
    evidence.append(
        organisation_id=organisation.id,
        filing=new_public_id(),
        kind="registration",
        asset=asset.public_id,
        submitter={"organisation": organisation.public_id, "organisation_name": organisation.name},
        fields=manifest_fields(publication, run, candidate),
        documents=[documents.digest_of(document, role=OFFICE_DOCUMENT)],
        idempotency_key=f"import:{asset.public_id}",
    )
