"""What an erasure means for filings: the whole case goes; acts between two parties stay."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from ipplatform.domain.assets import erasure as register
from ipplatform.domain.evidence.erasure.subjects import THERE, Destroyed, Leftovers, Obstacle, Scope
from ipplatform.domain.filings import queries
from ipplatform.domain.filings.models import Filing, FilingDocument
from ipplatform.domain.filings.rules import lifecycle
from ipplatform.foundation import events
from ipplatform.foundation.db import db
from ipplatform.foundation.i18n import _l
from ipplatform.foundation.jobs import Outbox

TWO_PARTIES = ("licence", "licence_end", "assignment", "pledge", "pledge_release")
EVIDENCE_OF_BOTH = _l(
    "This filing records what two parties agreed. It is the evidence of both and is kept for legal claims (GDPR art. 17(3)(e))."
)
STILL_RUNNING = _l(
    "This application is still open. Withdraw it, or wait for the decision, before its content is erased."
)


def add_case(*, scope: Scope) -> None:
    """Whichever filing of a case is named, all of it is meant: an amendment repeats what the application says."""
    found = queries.filing(scope.filing)
    if found is None:
        return
    case = found.about or found
    scope.filings = [case.public_id, *(one.public_id for one in queries.follow_ups(case.id))]
    if case.kind in TWO_PARTIES:
        scope.obstacles.append(Obstacle("two_parties", EVIDENCE_OF_BOTH))
    elif case.kind == "registration" and case.status in lifecycle.OPEN:
        scope.obstacles.append(Obstacle("open_case", STILL_RUNNING))


def destroy(*, destroyed: Destroyed) -> None:
    """Answers, content, draft answers, what the register shows of them, and documents that nobody else needs."""
    names = [item.filing for item in destroyed.items]
    identities = list(db.session.scalars(select(Filing.id).where(Filing.public_id.in_(names))))
    begun = select(Filing.id).where(Filing.about_id.in_(identities), Filing.status == lifecycle.DRAFT)
    drafts = list(db.session.scalars(begun))
    documents = _detach([*identities, *drafts])
    db.session.execute(delete(Filing).where(Filing.id.in_(drafts)))
    emptied = update(Filing).where(Filing.id.in_(identities))
    db.session.execute(emptied.values(fields={}, content=None, revisions={}, request_digest=None))
    _drop_mails(identities)
    registered = [item.asset for item in destroyed.items if item.kind == "registration" and item.asset is not None]
    documents |= register.empty_entries(registered)
    needed = _needed(documents)
    destroyed.kept |= register.storage_keys(needed)
    destroyed.files |= register.drop_documents(documents - needed)


def name_leftovers(*, leftovers: Leftovers) -> None:
    """Says that something is left, never what."""
    filing = select(Filing.id, Filing.content.is_not(None)).where(Filing.public_id == leftovers.filing)
    found = db.session.execute(filing).one_or_none()
    if found is None:
        return
    if found[1]:
        leftovers.found["filing.content"] = THERE
    if db.session.scalar(select(FilingDocument.id).where(FilingDocument.filing_id == found[0]).limit(1)) is not None:
        leftovers.found["filing_document"] = THERE


def _detach(filing_ids: Sequence[int]) -> set[int]:
    attached = FilingDocument.filing_id.in_(filing_ids)
    documents = set(db.session.scalars(select(FilingDocument.document_id).where(attached)))
    db.session.execute(delete(FilingDocument).where(attached))
    return documents


def _needed(documents: set[int]) -> set[int]:
    """Documents that another filing, or something above, still needs: that one was not erased."""
    needed = set(
        db.session.scalars(select(FilingDocument.document_id).where(FilingDocument.document_id.in_(documents)))
    )
    events.publish("documents.needed", wanted=documents, needed=needed)
    return needed


def _drop_mails(filing_ids: Sequence[int]) -> None:
    """Mails that were sent about these filings; they name the people who filed."""
    sent = (Outbox.name == "mail") & (Outbox.state == "done")
    rows = db.session.execute(select(Filing.public_id, Filing.latest_record_id).where(Filing.id.in_(filing_ids)))
    for public_id, record_id in rows.all():
        about = (Outbox.key == f"received/{public_id}") | Outbox.key.startswith(f"decided/{record_id}/")
        db.session.execute(delete(Outbox).where(sent, about))
