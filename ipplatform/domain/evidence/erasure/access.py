"""What a reader is told who asks for content that was erased: 410, not 404."""

from __future__ import annotations

from ipplatform.domain.evidence.erasure import queries
from ipplatform.domain.evidence.erasure.models import Erased
from ipplatform.foundation.errors import Gone
from ipplatform.foundation.i18n import _
from ipplatform.foundation.ids import display_id


def require_content(filing: str) -> None:
    """Gone (erased) when the content of a filing (public id) was erased."""
    _require_none(queries.erased(filing))


def require_asset_content(asset: str) -> None:
    """Gone (erased) when the content of an asset's entry (public id) was erased."""
    _require_none(queries.erased_asset(asset))


def _require_none(found: Erased | None) -> None:
    if found is not None:
        raise Gone(
            _(
                "The content was erased on %(date)s under request %(request)s.",
                date=f"{found.erased_at:%Y-%m-%d}",
                request=display_id(found.request),
            ),
            detail={"request": found.request, "erased_at": found.erased_at.isoformat()},
        )
