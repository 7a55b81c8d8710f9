"""What a finished run says, in the log and with the log's signature on it."""

from __future__ import annotations

from sqlalchemy import select

from ipplatform.domain.evidence import services
from ipplatform.domain.evidence.audit.findings import without_names
from ipplatform.domain.evidence.models import AuditFinding, AuditRun
from ipplatform.foundation.db import db


def append(run: AuditRun) -> None:
    named = db.session.execute(
        select(AuditFinding.record, AuditFinding.field).where(AuditFinding.audit_id == run.id).order_by(AuditFinding.id)
    )
    services.append(
        organisation_id=None,
        filing=run.public_id,
        kind="audit_report",
        asset=None,
        submitter={"office": "auditor"},
        fields={
            "scope": run.scope,
            "started_at": run.started_at,
            "ended_at": run.ended_at,
            "checked": run.checked,
            "size": run.covered_size,
            "findings": [{"record": record, "field": without_names(field)} for record, field in named],
            "found": run.found,
        },
        documents=(),
        idempotency_key=f"audit-{run.public_id}",
    )
