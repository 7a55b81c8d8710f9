"""Words of a need and of a declined match."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ipplatform.foundation.i18n import _l

EXCLUSIVITY_WANTED: Mapping[str, Any] = {
    "any": _l("Any"),
    "ordinary": _l("Ordinary: others may have the same"),
    "sole": _l("Sole: only we and the owner"),
    "exclusive": _l("Exclusive: only we"),
}
PRICE_WANTED: Mapping[str, Any] = {
    "any": _l("Any"),
    "lump_sum": _l("Lump sum"),
    "running": _l("Running royalty"),
    "both": _l("Lump sum and running royalty"),
}
VISIBILITIES: Mapping[str, Any] = {
    "anonymous": _l("Nothing that names or describes us"),
    "summary": _l("A summary we write, without our name"),
    "full": _l("Our name, the title, the problem and the solution"),
}
REASONS: Mapping[str, Any] = {
    "too_early": _l("Too early"),
    "benefit_unclear": _l("Benefit unclear"),
    "no_commercial_route": _l("No commercial route"),
    "description_unclear": _l("Description unclear"),
    "not_our_field": _l("Not our field"),
    "price": _l("Price"),
    "territory": _l("Territory"),
}
