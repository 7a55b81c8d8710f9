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
from ipplatform.domain.filings.services.one_step import Filed, file, submit_new
from ipplatform.domain.filings.services.submission import amend, record_act, start_answer, submit, withdraw

__all__ = [
    "DraftChanged",
    "Filed",
    "amend",
    "attach",
    "decide",
    "detach",
    "discard",
    "file",
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
