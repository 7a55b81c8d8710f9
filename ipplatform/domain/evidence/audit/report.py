"""What a finished run says: signed with the audit's own key, kept as these bytes, and recorded in the log by digest."""

from __future__ import annotations

import base64
import hashlib

from sqlalchemy import select

from ipplatform.domain.evidence import keyring, queries, services
from ipplatform.domain.evidence.audit import scopes
from ipplatform.domain.evidence.audit.findings import without_names
from ipplatform.domain.evidence.formats import audit_report, merkle, note, tiles
from ipplatform.domain.evidence.models import AuditFinding, AuditRun
from ipplatform.foundation import settings
from ipplatform.foundation.db import db

KIND = "audit_report"


def append(run: AuditRun) -> None:
    """Sign the report of the run that has just ended, keep it, and append its record. Raises KeyFileError."""
    named = audit_report.named(_named(run))
    run.report = _signed(run, named)
    services.append(
        organisation_id=None,
        filing=run.public_id,
        kind=KIND,
        asset=None,
        submitter={"office": "auditor"},
        fields={
            "scope": run.scope,
            "started_at": run.started_at,
            "ended_at": run.ended_at,
            "checked": run.checked,
            "size": run.covered_size,
            "findings": named,
            "found": run.found,
            "report_sha256": hashlib.sha256(run.report).hexdigest(),
        },
        documents=(),
        idempotency_key=f"audit-{run.public_id}",
    )


def verifier_keys(origin: str) -> list[note.VerifierKey]:
    """Those that sign, or have signed, reports of the log with that origin; the newest first."""
    name = keyring.NAMES[keyring.AUDIT_ED25519](origin)
    algorithm = keyring.ALGORITHMS[keyring.AUDIT_ED25519]
    return [note.VerifierKey(name, algorithm, public) for public in keyring.public_halves(keyring.AUDIT_ED25519)]


def covered(run: AuditRun) -> int:
    """The size of the tree that the run speaks of; a single record is proved in the published one."""
    return queries.published_size() if run.scope == scopes.ONE else run.covered_size


def _signed(run: AuditRun, named: list[dict[str, str]]) -> bytes:
    size = covered(run)
    content = {
        "run": run.public_id,
        "scope": run.scope,
        "subject": run.subject,
        "started_at": run.started_at.isoformat(),
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
        "checked": run.checked,
        "size": size,
        "root": _root(size),
        "found": run.found,
        "findings": named,
    }
    key = keyring.load(keyring.AUDIT_ED25519)
    return audit_report.build(content, origin=settings.current().origin, key=key)


def _root(size: int) -> str | None:
    try:
        return base64.b64encode(merkle.root(size, queries.node_reader())).decode()
    except (tiles.TileError, IndexError):
        return None


def _named(run: AuditRun) -> list[tuple[str, str]]:
    found = select(AuditFinding.record, AuditFinding.field).where(AuditFinding.audit_id == run.id)
    return [(record, without_names(field)) for record, field in db.session.execute(found.order_by(AuditFinding.id))]
