"""What filings do when a case is to be erased, and what they tell certificates."""

from __future__ import annotations

from ipplatform.domain.evidence.certificate.facts import DESCRIBE
from ipplatform.domain.evidence.certificate.permissions import MAY_READ
from ipplatform.domain.evidence.erasure.subjects import EXECUTE, LEFTOVERS, SCOPE
from ipplatform.domain.filings import certificates, erasure
from ipplatform.foundation.events import subscribe

subscribe(SCOPE, erasure.add_case)
subscribe(EXECUTE, erasure.destroy)
subscribe(LEFTOVERS, erasure.name_leftovers)
subscribe(DESCRIBE, certificates.describe)
subscribe(MAY_READ, certificates.may_read)
