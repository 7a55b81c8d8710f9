"""Submitting: once, whatever is clicked or sent twice; and the holder's later acts on a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.assets.models import Asset, Document
from ipplatform.domain.audit import services as audit
from ipplatform.domain.filings import kinds, queries
from ipplatform.domain.filings.models import Filing, FilingDocument
from ipplatform.domain.filings.permissions import DRAFT, SUBMIT
from ipplatform.domain.filings.rules import lifecycle
from ipplatform.domain.filings.services import drafts, notices
from ipplatform.domain.filings.services.checking import (
    KEY_REUSED,
    NO_SUCH_DOCUMENT,
    by_key,
    complete,
    request_digest,
    require_known,
)
from ipplatform.domain.filings.services.recording import submit_row
from ipplatform.domain.filings.services.words import checked_text
from ipplatform.foundation import clock
from ipplatform.foundation.db import db, lock_row
from ipplatform.foundation.errors import Conflict, Invalid, NotFound
from ipplatform.foundation.i18n import _l
from ipplatform.foundation.ids import new_public_id


def submit(*, actor: Actor, filing_id: int, idempotency_key: str) -> Filing:
    """Submit a draft. One already submitted is the answer to a second click; Invalid lists what is missing.

    Conflict (idempotency_mismatch) when the organisation used the key for another filing.
    """
    _lock_case_of(filing_id)
    filing = lock_row(Filing, filing_id)
    if filing is None:
        raise NotFound
    require(SUBMIT, actor, filing)
    if filing.status != lifecycle.DRAFT:
        return filing
    _claim_key(filing, idempotency_key)
    case = _deficient_case(filing)
    attachments = queries.attachments(filing.id)
    found = complete(filing, [role for role, _document in attachments])
    submit_row(actor=actor, filing=filing, content=found.content, attachments=attachments)
    if case is not None:
        case.status = lifecycle.step("answer").target
        case.latest_record_id = filing.record_id
        case.changed_at = clock.now()
    notices.received(actor, filing, documents=len(attachments))
    return filing


def amend(
    *,
    actor: Actor,
    filing_id: int,
    fields: Mapping[str, Any],
    documents: Sequence[tuple[str, str]] | None,
    idempotency_key: str,
) -> tuple[Filing, bool]:
    """Answer a deficiency in one step; (amended application, whether it is new).

    `fields` replace those of the last submission; `documents`, unless None, replace all of its documents.
    """
    case = lock_row(Filing, filing_id)
    if case is None:
        raise NotFound
    require(SUBMIT, actor, case)
    pairs = None if documents is None else [list(pair) for pair in documents]
    digest = request_digest({"about": case.public_id, "fields": fields, "documents": pairs})
    earlier = by_key(case.organisation_id, idempotency_key, digest)
    if earlier is not None:
        return earlier, False
    answer = start_answer(actor=actor, filing_id=case.id)
    answer.idempotency_key, answer.request_digest = idempotency_key, digest
    if documents is not None:
        db.session.execute(delete(FilingDocument).where(FilingDocument.filing_id == answer.id))
    _fill(actor, answer, {**answer.fields, **fields}, documents or [])
    return submit(actor=actor, filing_id=answer.id, idempotency_key=idempotency_key), True


def record_act(
    *,
    actor: Actor,
    organisation_id: int,
    kind: str,
    asset: Asset,
    fields: dict[str, Any],
    documents: Sequence[Document],
    idempotency_key: str,
) -> Filing:
    """A filing another capability makes about an asset (a licence, an assignment), in the current transaction.

    The caller has checked who may; the documents take the filing's kind as their role. The same key and request
    give the same filing, another request Conflict (idempotency_mismatch).
    """
    described = {
        "kind": kind,
        "asset": asset.public_id,
        "fields": fields,
        "documents": [one.sha256 for one in documents],
    }
    digest = request_digest(described)
    earlier = by_key(organisation_id, idempotency_key, digest)
    if earlier is not None:
        return earlier
    filing = Filing(
        public_id=new_public_id(),
        organisation_id=organisation_id,
        kind=kind,
        asset_kind=asset.kind,
        asset=asset.public_id,
        asset_id=asset.id,
        created_by_id=actor.person_id,
        idempotency_key=idempotency_key,
        request_digest=digest,
        fields={},
    )
    submit_row(actor=actor, filing=filing, content=fields, attachments=[(kind, one) for one in documents])
    for one in documents:
        db.session.add(FilingDocument(filing_id=filing.id, document_id=one.id, role=kind))
    db.session.flush()
    return filing


def start_answer(*, actor: Actor, filing_id: int) -> Filing:
    """The draft that answers a deficiency: everything as submitted last, to be changed and submitted again.

    An answer already begun is continued. Conflict when the case is not deficient.
    """
    case = lock_row(Filing, filing_id)
    if case is None:
        raise NotFound
    require(DRAFT, actor, case)
    _require_step("answer", case)
    begun = queries.open_answer(case.id)
    if begun is not None:
        return begun
    latest = queries.latest_submission(case)
    answer = Filing(
        organisation_id=case.organisation_id,
        kind="amendment",
        asset_kind=case.asset_kind,
        asset=case.asset,
        about_id=case.id,
        created_by_id=actor.person_id,
        fields=dict(latest.fields),
    )
    db.session.add(answer)
    db.session.flush()
    for role, document in queries.attachments(latest.id):
        db.session.add(FilingDocument(filing_id=answer.id, document_id=document.id, role=role))
    db.session.flush()
    return answer


def withdraw(*, actor: Actor, filing_id: int, reason: str = "") -> Filing:
    """Take a registration back before it is decided; the withdrawal is a logged filing of its own, and returned."""
    case = lock_row(Filing, filing_id)
    if case is None:
        raise NotFound
    require(SUBMIT, actor, case)
    if case.kind != "registration":
        raise Conflict(_l("Only an application can be withdrawn."), code="not_a_registration")
    _require_step("withdraw", case)
    begun = queries.open_answer(case.id)
    if begun is not None:
        drafts.discard(actor=actor, filing_id=begun.id)
    withdrawal = Filing(
        public_id=new_public_id(),
        organisation_id=case.organisation_id,
        kind="withdrawal",
        asset_kind=case.asset_kind,
        asset=case.asset,
        about_id=case.id,
        created_by_id=actor.person_id,
        fields={},
    )
    content = {"about": case.public_id, "reason": checked_text("reason", reason)}
    submit_row(actor=actor, filing=withdrawal, content=content, attachments=[])
    case.status = lifecycle.step("withdraw").target
    case.latest_record_id = withdrawal.record_id
    case.changed_at = clock.now()
    audit.record(actor=actor, action="filing.withdraw", subject_kind="filing", subject=case.public_id)
    return withdrawal


def _fill(actor: Actor, filing: Filing, fields: Mapping[str, Any], documents: Sequence[tuple[str, str]]) -> None:
    require_known(kinds.of(filing.asset_kind), fields)
    filing.fields = dict(fields)
    held = queries.received_documents(filing.organisation_id, [public_id for _role, public_id in documents])
    for index, (role, public_id) in enumerate(documents):
        if public_id not in held:
            raise Invalid({f"documents.{index}.id": [NO_SUCH_DOCUMENT]})
        drafts.attach(actor=actor, filing_id=filing.id, role=role, document=held[public_id])


def _claim_key(filing: Filing, key: str) -> None:
    if filing.idempotency_key == key:
        return
    used = select(Filing.id).where(Filing.organisation_id == filing.organisation_id, Filing.idempotency_key == key)
    if db.session.scalar(used) is not None:
        raise Conflict(KEY_REUSED, code="idempotency_mismatch")
    filing.idempotency_key = key


def _lock_case_of(filing_id: int) -> None:
    """The case before its amendment, as a withdrawal locks them: in two orders each could wait for the other."""
    about = db.session.scalar(select(Filing.about_id).where(Filing.id == filing_id))
    if about is not None:
        lock_row(Filing, about)


def _deficient_case(filing: Filing) -> Filing | None:
    """The case an amendment answers, locked; Conflict when it no longer waits for an answer."""
    if filing.kind != "amendment" or filing.about_id is None:
        return None
    case = lock_row(Filing, filing.about_id)
    assert case is not None
    _require_step("answer", case)
    return case


def _require_step(action: str, case: Filing) -> None:
    if not lifecycle.may(action, case.status):
        raise Conflict(
            _l("The case has moved on; this is no longer possible."), code="status", detail={"status": case.status}
        )
