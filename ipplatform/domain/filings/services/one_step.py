"""A registration made and submitted in one step, as programs and commands do: no draft is ever written.

Everything is read, checked and sealed before the first statement: SQLite then lets others write meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.filings import kinds, queries
from ipplatform.domain.filings.definition import Kind
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.filings.permissions import SUBMIT
from ipplatform.domain.filings.rules.assessment import Assessment
from ipplatform.domain.filings.services import checking, drafts, notices
from ipplatform.domain.filings.services.drafts import UNKNOWN_KIND
from ipplatform.domain.filings.services.recording import Attachment, NewFiling, new_filing, write_new
from ipplatform.foundation import direct
from ipplatform.foundation.errors import Invalid, NotFound

Named = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Filed:
    """The filing; what it was judged by only when it is new, not when it answers a repeated request."""

    filing: Filing
    assessment: Assessment | None = None
    attachments: Sequence[Attachment] = ()

    @property
    def new(self) -> bool:
        return self.assessment is not None


def submit_new(
    *,
    actor: Actor,
    organisation_id: int | None,
    asset_kind: str,
    fields: Mapping[str, Any],
    documents: Named,
    idempotency_key: str,
) -> tuple[Filing, bool]:
    """As `file`; (filing, whether it is new)."""
    filed = file(
        actor=actor,
        organisation_id=organisation_id,
        asset_kind=asset_kind,
        fields=fields,
        documents=documents,
        idempotency_key=idempotency_key,
    )
    return filed.filing, filed.new


def file(
    *,
    actor: Actor,
    organisation_id: int | None,
    asset_kind: str,
    fields: Mapping[str, Any],
    documents: Named,
    idempotency_key: str,
) -> Filed:
    """Make and submit a registration in one step.

    `documents` are (role, public id of a received document). The same key and request give the same filing, another
    request Conflict (idempotency_mismatch). Invalid names every field; then nothing is kept.
    """
    organisation_id = organisation_id if organisation_id is not None else actor.organisation_id
    if organisation_id is None:
        raise NotFound
    require(SUBMIT, actor, None if organisation_id == actor.organisation_id else accounts.organisation(organisation_id))
    digest = checking.request_digest(
        {"kind": asset_kind, "fields": fields, "documents": [list(pair) for pair in documents]}
    )
    try:
        found, attachments = _checked(organisation_id, asset_kind, fields, documents)
    except Invalid:
        # What was in order when it came first is answered as it was then.
        earlier = checking.by_key(organisation_id, idempotency_key, digest)
        if earlier is None:
            raise
        return Filed(earlier)
    new = new_filing(
        actor=actor,
        organisation_id=organisation_id,
        asset_kind=asset_kind,
        fields=dict(fields),
        content=found.content,
        attachments=attachments,
        idempotency_key=idempotency_key,
        request_digest=digest,
    )
    if not direct.write(lambda: _written(actor, new)):
        return Filed(_same_request(organisation_id, idempotency_key, digest))
    return Filed(new.filing, found, attachments)


def _written(actor: Actor, new: NewFiling) -> bool:
    written = write_new(actor, new)
    if written:
        notices.received(actor, new.filing, documents=len(new.attachments))
    return written


def _checked(
    organisation_id: int, asset_kind: str, fields: Mapping[str, Any], documents: Named
) -> tuple[Assessment, list[Attachment]]:
    kind = kinds.get(asset_kind)
    if kind is None:
        raise Invalid({"kind": [UNKNOWN_KIND]})
    checking.require_text(fields)
    found = checking.assessed(kind, fields, _roles(documents).values())
    attachments = _attachments(organisation_id, kind, documents)
    checking.require_complete(found, checking.no_such_fields(kind, fields))
    return found, attachments


def _roles(documents: Named) -> dict[str, str]:
    """Public id -> role; a document named twice plays the last role it was named for."""
    return {public_id: role for role, public_id in documents}


def _attachments(organisation_id: int, kind: Kind, documents: Named) -> list[Attachment]:
    if not documents:
        return []
    held = queries.received_documents(organisation_id, [public_id for _role, public_id in documents])
    for place, (role, public_id) in enumerate(documents):
        if public_id not in held:
            raise Invalid({f"documents.{place}.id": [checking.NO_SUCH_DOCUMENT]})
        drafts.require_fit(kind, role, held[public_id])
    roles = _roles(documents)
    drafts.require_at_most(len(roles))
    return [(role, held[public_id]) for public_id, role in roles.items()]


def _same_request(organisation_id: int, key: str, digest: str) -> Filing:
    """The filing whose racing request with the same key came first."""
    direct.see_anew()
    earlier = checking.by_key(organisation_id, key, digest)
    assert earlier is not None
    return earlier
