"""What the market does when title, status or rights of an asset change."""

from __future__ import annotations

from typing import Any

from ipplatform.domain.marketplace.services.erasure import empty_listings
from ipplatform.domain.marketplace.services.listings import reconsider
from ipplatform.foundation.events import subscribe


def _asset_changed(*, asset_id: int, **_more: Any) -> None:
    reconsider(asset_id)


for _event in ("asset.status_changed", "asset.title_changed", "rights.changed"):
    subscribe(_event, _asset_changed)
subscribe("asset.erased", empty_listings)
