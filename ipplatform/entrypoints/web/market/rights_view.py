"""Words and tables of rights for every template: ``rights`` in market/_grants.html and market/_availability.html."""

from __future__ import annotations

from typing import Any

from ipplatform.domain.rights import acts, coverage, queries, territory, words

_PLACES = {coverage.FREE: "free", coverage.SHARED: "free", coverage.PART: "partly", coverage.TAKEN: "taken"}


def places(rows: list[coverage.Row]) -> dict[str, str]:
    """Country -> free, partly or taken, for the map: taken only where no act is left at all."""
    found: dict[str, str] = {}
    for row in rows:
        states = {_PLACES[cell.state] for cell in row.cells}
        state = "partly" if len(states) > 1 else next(iter(states))
        found |= dict.fromkeys(sorted(row.territories), state)
    return found


NAMES: dict[str, Any] = {
    "words": words,
    "acts_of": acts.acts_of,
    "act": acts.label,
    "territory": territory.label,
    "condense": territory.condense,
    "free_terms": queries.free_terms,
    "places": places,
}
