"""What the register answers when the audit asks what an erasure left. Filings tell it what to empty."""

from __future__ import annotations

from ipplatform.domain.assets import erasure
from ipplatform.domain.evidence.erasure.subjects import LEFTOVERS
from ipplatform.foundation.events import subscribe

subscribe(LEFTOVERS, erasure.name_leftovers)
