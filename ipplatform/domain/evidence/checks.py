"""What the parts of evidence register at start: their tables, their jobs and their share of the audit."""

from ipplatform.domain.evidence.certificate import checks as certificates
from ipplatform.domain.evidence.certificate import erasing as certificates_erasing
from ipplatform.domain.evidence.erasure import checking, jobs
from ipplatform.domain.evidence.holder import checks as holder
from ipplatform.domain.evidence.holder import erasing

__all__ = ["certificates", "certificates_erasing", "checking", "erasing", "holder", "jobs"]
