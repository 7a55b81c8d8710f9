"""News that are cause for alarm."""

from __future__ import annotations

from ipplatform.domain.evidence.audit import alarms
from ipplatform.foundation.events import subscribe

subscribe("witness.contradicts", alarms.contradicted)
