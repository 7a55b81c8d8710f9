"""Jobs of licensing: offers end on their last day, whether or not anybody looks."""

from __future__ import annotations

from typing import Any

from ipplatform.domain.licensing.services import moves
from ipplatform.foundation.jobs import job


@job(moves.EXPIRE_JOB)
def expire(payload: dict[str, Any]) -> None:
    moves.expire(int(payload["negotiation"]))
