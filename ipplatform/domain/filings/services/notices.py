"""Mails that tell an organisation's people what became of their filing; they never carry its content."""

from __future__ import annotations

from collections.abc import Sequence

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.notifications import services as notifications
from ipplatform.foundation.ids import display_id


def received(actor: Actor, filing: Filing, *, documents: int) -> None:
    """A receipt to the person who submitted, saying how many documents it lists."""
    person = accounts.names(actor)
    if person is None:
        return
    assert filing.submitted_at is not None
    notifications.listed(
        to=person.email,
        template="filing_received",
        several="filing_received_several",
        locale=person.locale,
        context={
            "name": person.name,
            "number": display_id(filing.public_id),
            "kind": filing.asset_kind,
            "at": filing.submitted_at.isoformat(),
            "documents": documents,
            "path": f"/filings/{filing.public_id}",
        },
        key=f"received/{filing.public_id}",
    )


def decided(case: Filing, outcome: str, reasons: Sequence[dict[str, str]]) -> None:
    """The decision to everybody who files for the organisation; the reasons are read on the page."""
    for person in accounts.recipients(case.organisation_id, "filer"):
        notifications.mail(
            to=person.email,
            template="filing_decided",
            locale=person.locale,
            context={
                "name": person.name,
                "number": display_id(case.public_id),
                "outcome": outcome,
                "reasons": len(reasons),
                "path": f"/filings/{case.public_id}",
            },
            key=f"decided/{case.latest_record_id}/{person.id}",
        )
