"""What may happen to a listing and to a need: tables of action, from, to and who."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ipplatform.foundation.i18n import _l

DRAFT, PUBLISHED, CLOSED = "draft", "published", "closed"
LISTING_STATUSES = (DRAFT, PUBLISHED, CLOSED)
OPEN, PAUSED, ENDED = "open", "paused", "closed"
NEED_STATUSES = (OPEN, PAUSED, ENDED)

WITHDRAWN, ERASED = "withdrawn", "erased"
CLOSED_REASONS: Mapping[str, Any] = {
    WITHDRAWN: _l("Withdrawn by the owner"),
    "licensed": _l("Licensed"),
    "not_alive": _l("The right is no longer in force"),
    "rights_taken": _l("The rights offered are no longer free"),
    "title_changed": _l("The title has changed"),
    "ended": _l("The offer has ended"),
    ERASED: _l("The content was erased"),
}
OWNERS_REASONS = (WITHDRAWN, "licensed")
PUBLIC_REASONS = tuple(reason for reason in CLOSED_REASONS if reason not in (WITHDRAWN, ERASED))


@dataclass(frozen=True, slots=True)
class Action:
    """``who`` names the permission."""

    name: str
    sources: tuple[str, ...]
    target: str
    who: str


LISTING_ACTIONS = {
    action.name: action
    for action in (
        Action("edit", (DRAFT, PUBLISHED, CLOSED), "", "market.listing.edit"),
        Action("publish", (DRAFT, CLOSED), PUBLISHED, "market.listing.edit"),
        Action("close", (PUBLISHED,), CLOSED, "market.listing.edit"),
        Action("discard", (DRAFT,), "", "market.listing.edit"),
    )
}
NEED_ACTIONS = {
    action.name: action
    for action in (
        Action("edit", (OPEN, PAUSED), "", "market.need.edit"),
        Action("pause", (OPEN,), PAUSED, "market.need.edit"),
        Action("resume", (PAUSED,), OPEN, "market.need.edit"),
        Action("close", (OPEN, PAUSED), ENDED, "market.need.edit"),
    )
}


def is_public(status: str, closed_reason: str | None) -> bool:
    """Whether anybody may see a listing: while published, and afterwards unless its owner withdrew it."""
    return status == PUBLISHED or (status == CLOSED and closed_reason in PUBLIC_REASONS)
