"""What filings do when a case is to be erased."""

from __future__ import annotations

from ipplatform.domain.evidence.erasure.subjects import EXECUTE, LEFTOVERS, SCOPE
from ipplatform.domain.filings import erasure
from ipplatform.foundation.events import subscribe

subscribe(SCOPE, erasure.add_case)
subscribe(EXECUTE, erasure.destroy)
subscribe(LEFTOVERS, erasure.name_leftovers)
