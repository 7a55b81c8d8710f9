"""Mails about requests for erasure; they never carry content. The reasons of a refusal are read on the page."""

from __future__ import annotations

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.evidence.erasure.models import ErasureRequest
from ipplatform.domain.notifications import services as notifications
from ipplatform.foundation.ids import display_id


def refused(found: ErasureRequest) -> None:
    _tell(found, "refused")


def executed(found: ErasureRequest) -> None:
    _tell(found, "executed")


def _tell(found: ErasureRequest, outcome: str) -> None:
    """Whoever asked, and the administrators of the organisation, each at a page that they may open."""
    filing = found.record.public_id
    told = {person.id: (person, f"/filings/{filing}/erasure") for person in accounts.recipients(found.organisation_id)}
    if found.origin == "office":
        told[found.requested_by_id] = (found.requested_by, f"/office/erasures/{found.public_id}")
    for person, path in told.values():
        notifications.mail(
            to=person.email,
            template="erasure_decided",
            locale=person.locale,
            context={
                "name": person.name,
                "request": display_id(found.public_id),
                "number": display_id(filing),
                "outcome": outcome,
                "path": path,
            },
            key=f"erasure/{found.public_id}/{outcome}/{person.id}",
        )
