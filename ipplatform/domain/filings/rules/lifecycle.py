"""What may happen to a filing, as a table: action, from, to, who.

Whether a submitted filing is *recorded* (in a signed checkpoint) is read from the log, never stored here.
"""

from __future__ import annotations

from dataclasses import dataclass

DRAFT = "draft"
SUBMITTED = "submitted"
UNDER_EXAMINATION = "under_examination"
DEFICIENT = "deficient"
ANSWERED = "answered"
REGISTERED = "registered"
REFUSED = "refused"
WITHDRAWN = "withdrawn"
STATUSES = (DRAFT, SUBMITTED, UNDER_EXAMINATION, DEFICIENT, ANSWERED, REGISTERED, REFUSED, WITHDRAWN)
OPEN = (SUBMITTED, UNDER_EXAMINATION, DEFICIENT, ANSWERED)
QUEUE = (SUBMITTED, ANSWERED, UNDER_EXAMINATION)


@dataclass(frozen=True, slots=True)
class Step:
    """`permission` names the row of permissions.PERMISSIONS that says who may."""

    action: str
    sources: tuple[str, ...]
    target: str
    permission: str


STEPS = (
    Step("submit", (DRAFT,), SUBMITTED, "submit"),
    Step("take", (SUBMITTED, ANSWERED), UNDER_EXAMINATION, "examine"),
    Step("release", (UNDER_EXAMINATION,), SUBMITTED, "examine"),
    Step("register", (UNDER_EXAMINATION,), REGISTERED, "examine"),
    Step("deficient", (UNDER_EXAMINATION,), DEFICIENT, "examine"),
    Step("refuse", (UNDER_EXAMINATION,), REFUSED, "examine"),
    Step("answer", (DEFICIENT,), ANSWERED, "submit"),
    Step("withdraw", OPEN, WITHDRAWN, "submit"),
)
DECISIONS = ("register", "deficient", "refuse")
_BY_ACTION = {step.action: step for step in STEPS}


def step(action: str) -> Step:
    """The table's row; KeyError for an unknown action."""
    return _BY_ACTION[action]


def may(action: str, status: str) -> bool:
    return status in _BY_ACTION[action].sources


def actions_from(status: str) -> tuple[str, ...]:
    return tuple(row.action for row in STEPS if status in row.sources)
