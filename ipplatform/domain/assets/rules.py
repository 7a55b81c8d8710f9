"""Pure decisions about assets: kinds, the life of a right, shares of ownership, what the public may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from ipplatform.foundation.i18n import _l

KINDS = (
    "patent",
    "utility_model",
    "design",
    "trademark",
    "software",
    "work",
    "ic_layout",
    "trade_secret",
    "dataset",
)
STATUSES = ("pending", "in_force", "lapsed", "expired", "surrendered", "invalidated", "refused")
ALIVE = "in_force"

# What a kind is classified by (DOMAIN.md section 2); kinds not named here by the IPC.
MAIN_SCHEMES: Mapping[str, str] = {"design": "locarno", "trademark": "nice", "dataset": "industry"}

KIND_LABELS: Mapping[str, Any] = {
    "patent": _l("Patent"),
    "utility_model": _l("Utility model"),
    "design": _l("Design"),
    "trademark": _l("Trade mark"),
    "software": _l("Software"),
    "work": _l("Copyright work"),
    "ic_layout": _l("IC layout"),
    "trade_secret": _l("Trade secret"),
    "dataset": _l("Data set"),
}
STATUS_LABELS: Mapping[str, Any] = {
    "pending": _l("Pending"),
    "in_force": _l("In force"),
    "lapsed": _l("Lapsed"),
    "expired": _l("Expired"),
    "surrendered": _l("Surrendered"),
    "invalidated": _l("Invalidated"),
    "refused": _l("Refused"),
}
STATUS_NOTES: Mapping[str, Any] = {
    "maintenance_unknown": _l("The office's file does not say whether maintenance fees were paid."),
    "term_unknown": _l("The end of the term could not be worked out from the office's file."),
}
# From each status, where a right may go (DOMAIN.md section 2: the life of a registration).
TRANSITIONS: Mapping[str, frozenset[str]] = {
    "pending": frozenset({"in_force", "refused"}),
    "in_force": frozenset({"lapsed", "expired", "surrendered", "invalidated"}),
    "lapsed": frozenset({"in_force", "expired", "invalidated"}),
    "expired": frozenset({"in_force", "invalidated"}),
    "surrendered": frozenset({"invalidated"}),
    "invalidated": frozenset(),
    "refused": frozenset(),
}
UNSEEN_BY_PUBLIC = ("pending", "refused")
CONTENT_NEVER_SHOWN = ("trade_secret",)


def may_become(status: str, following: str) -> bool:
    """Whether a right in ``status`` may change to ``following``."""
    return following in TRANSITIONS.get(status, frozenset())


def equal_shares(owners: int) -> list[Fraction]:
    """The shares of ``owners`` co-owners where nothing else is said: equal, adding to exactly 1."""
    return [Fraction(1, owners)] * owners


def shares_are_whole(shares: Sequence[Fraction]) -> bool:
    """Whether the shares of title are positive and add to exactly 1."""
    return bool(shares) and all(share > 0 for share in shares) and sum(shares) == 1


def is_public(*, origin: str, status: str) -> bool:
    """Whether anybody may see the register entry; a native filing stays confidential until it is registered."""
    return origin == "external" or status not in UNSEEN_BY_PUBLIC


def shows_content(kind: str) -> bool:
    """Whether abstract, claims and documents may be shown: a trade secret's never are."""
    return kind not in CONTENT_NEVER_SHOWN
