"""What the ledger does when the register changes."""

from __future__ import annotations

from ipplatform.domain.rights.services import lapse
from ipplatform.foundation.clock import today
from ipplatform.foundation.events import subscribe

ENDS_GRANTS = frozenset({"expired", "surrendered", "invalidated"})


def _status_changed(*, asset_id: int, status: str, before: str) -> None:
    """A lapsed right may be restored, so its grants wait; one that is gone for good takes them with it."""
    if status in ENDS_GRANTS:
        lapse(asset_id=asset_id, on=today(), reason=status)


subscribe("asset.status_changed", _status_changed)
