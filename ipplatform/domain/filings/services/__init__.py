"""Writing filings: drafts, submission, examination, and acts recorded for other capabilities."""

from ipplatform.domain.filings.services.drafts import (
    DraftChanged,
    attach,
    detach,
    discard,
    require_draft,
    require_role,
    require_room,
    save_draft,
    start_draft,
)
from ipplatform.domain.filings.services.examination import decide, release, take
from ipplatform.domain.filings.services.submission import amend, record_act, start_answer, submit, submit_new, withdraw

__all__ = [
    "DraftChanged",
    "amend",
    "attach",
    "decide",
    "detach",
    "discard",
    "record_act",
    "release",
    "require_draft",
    "require_role",
    "require_room",
    "save_draft",
    "start_answer",
    "start_draft",
    "submit",
    "submit_new",
    "take",
    "withdraw",
]
