"""Who may have a certificate: it shows the title and who filed, so whoever may read those."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import Permission, any_member, office_with, system
from ipplatform.foundation import events

MAY_READ = "certificate.may_read"


@dataclass
class Reading:
    """Asked of the capabilities above (event MAY_READ), which know cases and what is published: they set `granted`."""

    actor: Actor
    filing: str
    granted: bool = False


def granted_above(actor: Actor, subject: Any) -> bool:
    """What is published, for everybody; a registrar's own cases."""
    reading = Reading(actor, subject.public_id)
    events.publish(MAY_READ, reading=reading)
    return reading.granted


READ = Permission("filings:read", (any_member, office_with("auditor"), system, granted_above))

PERMISSIONS: dict[str, Permission] = {"read": READ}
