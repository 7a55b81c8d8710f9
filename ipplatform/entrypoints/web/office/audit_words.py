"""The console's words for scopes, marks and their states."""

from __future__ import annotations

from ipplatform.domain.audit import services as trail
from ipplatform.domain.evidence.audit import marks, runs
from ipplatform.foundation.i18n import _l

SCOPE_LABELS = {
    runs.FULL: _l("Everything"),
    runs.INCREMENTAL: _l("What is new"),
    runs.SINCE: _l("Since a day"),
    runs.ONE: _l("One record"),
}
MARK_LABELS = {
    marks.DIGEST: _l("Digests"),
    marks.COMMITMENT: _l("Commitment"),
    marks.INCLUSION: _l("Inclusion"),
    marks.ED25519: "Ed25519",
    marks.MLDSA44: "ML-DSA-44",
    marks.WITNESS: _l("Witnesses"),
    marks.TIME: _l("Time"),
    marks.COLUMNS: _l("Columns"),
}
MARK_MEANINGS = {
    marks.DIGEST: _l("the stored documents have the digests that were filed"),
    marks.COMMITMENT: _l("manifest and salt give the commitment, and the entry holds it"),
    marks.INCLUSION: _l("the entry is at its place in the tree of the log"),
    marks.ED25519: _l("the log's first signature on the checkpoint that covers the entry"),
    marks.MLDSA44: _l("the log's second signature, which quantum computers do not break"),
    marks.WITNESS: _l("a quorum of witnesses has cosigned a checkpoint with the entry"),
    marks.TIME: _l("an independent authority has stamped a checkpoint with the entry"),
    marks.COLUMNS: _l("what people see in the register is what the manifest says"),
}
STATE_WORDS = {
    marks.WHOLE: _l("whole"),
    marks.BROKEN: _l("broken"),
    marks.UNCHECKED: _l("not yet checked"),
    marks.NOT_APPLICABLE: _l("not applicable"),
}
ACTION_WORDS = {
    "audit.list": _l("List of records"),
    "audit.read": _l("Record"),
    "audit.bundle": _l("Evidence with the filing"),
    "audit.report": _l("Findings of a verification"),
    "audit.download": _l("Signed report"),
    "filing.read": _l("Application"),
    "filing.document": _l("Document"),
    "filing.bundle": _l("Evidence with the filing"),
    "filing.certificate": _l("Certificate"),
    "access.read": _l("Access record"),
    "access.export": _l("Access record as a file"),
    "erasure.read": _l("Request for erasure"),
    "hold.read": _l("Legal hold"),
}
DOOR_WORDS = {
    trail.PAGE: _l("Page"),
    trail.API: _l("API"),
    trail.COMMAND: _l("Command"),
    trail.UNKNOWN: _l("Not recorded"),
}
ROLE_WORDS = {
    trail.MEMBER: _l("Member"),
    trail.AUDITOR: _l("Auditor"),
    trail.REGISTRAR: _l("Registrar"),
    trail.SYSTEM: _l("Installation"),
}
