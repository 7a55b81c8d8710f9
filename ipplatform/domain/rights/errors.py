"""Refusals of the ledger."""

from __future__ import annotations

from typing import Any

from ipplatform.domain.rights import fields, rules, words
from ipplatform.foundation.errors import Conflict
from ipplatform.foundation.i18n import _l


class GrantConflict(Conflict):
    """A right that is not free. The message names the smallest overlap and what remains; ``detail`` says it in codes.

    ``detail``: ``conflicts`` (grant, exclusivity, acts, territories, fields, start, end, sentence; smallest overlap
    first) and ``remaining`` (acts, territories, fields, periods, ordinary, sentences).
    """

    code = "grant_conflict"
    default = _l("This right is not free.")

    def __init__(self, availability: rules.Availability):
        self.availability = availability
        super().__init__(words.refusal(availability), detail=describe(availability))


def describe(availability: rules.Availability) -> dict[str, Any]:
    """An availability as JSON values, with its sentences in the language in force."""
    left = availability.remaining
    return {
        "free": availability.free,
        "conflicts": [_clash(clash) for clash in availability.conflicts],
        "remaining": None if left is None else _remaining(left),
    }


def _clash(clash: rules.Clash) -> dict[str, Any]:
    shared = clash.overlap
    return {
        "grant": clash.standing.number,
        "exclusivity": clash.standing.terms.exclusivity,
        "acts": sorted(shared.acts),
        "territories": sorted(shared.territories),
        "fields": sorted(shared.fields),
        "start": shared.start.isoformat(),
        "end": shared.end.isoformat() if shared.end else None,
        "sentence": words.clash(clash),
    }


def _remaining(left: rules.Remaining) -> dict[str, Any]:
    return {
        "acts": sorted(left.acts),
        "territories": sorted(left.territories),
        "fields": sorted(fields.normalise(left.fields)),
        "periods": [
            {"start": start.isoformat(), "end": end.isoformat() if end else None} for start, end in left.periods
        ],
        "ordinary": left.ordinary,
        "sentences": words.remainders(left),
    }
