"""Reasons in words: which words and classes two texts share, how rare they are, and what each added to the score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ipplatform.domain.assets.rules import shows_content
from ipplatform.domain.marketplace.matching.candidates import Ranking
from ipplatform.domain.marketplace.matching.scoring import SharedNode
from ipplatform.domain.marketplace.models import Listing
from ipplatform.domain.marketplace.search import analysis
from ipplatform.foundation.i18n import _, ngettext

RARE, UNCOMMON = 0.01, 0.1
FEW = 3


@dataclass(frozen=True, slots=True)
class WordShare:
    """A shared word as the listing writes it; ``part`` is what it adds to the words' part of the score."""

    word: str
    part: float
    listings: int
    rare: bool


def shown_words(
    listing: Listing, contributions: Mapping[str, float], counts: Mapping[str, int], ranking: Ranking
) -> list[WordShare]:
    """The shared words, those that weigh most first; their parts add up to the score's words part."""
    written = _written(text_of(listing))
    best = ranking.best_bm25 or 1.0
    ordered = sorted(contributions.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        WordShare(
            written.get(term, term), value / best, counts.get(term, 0), is_rare(counts.get(term, 0), ranking.listings)
        )
        for term, value in ordered
        if value > 0
    ]


def class_reason(node: SharedNode, listings: int) -> str:
    """``H01M 10/0525 (rare, 41 listings)``."""
    return str(
        ngettext(
            "%(code)s (%(rarity)s, %(num)s listing)",
            "%(code)s (%(rarity)s, %(num)s listings)",
            node.listings,
            code=node.code,
            rarity=rarity(node.listings, listings),
        )
    )


def rarity(count: int, listings: int) -> str:
    if is_rare(count, listings):
        return _("rare")
    return _("uncommon") if count <= UNCOMMON * listings else _("common")


def is_rare(count: int, listings: int) -> bool:
    return count <= max(FEW, RARE * listings) and count <= UNCOMMON * listings


def deepest(shared: tuple[SharedNode, ...]) -> list[SharedNode]:
    """The shared classes without those another of them lies in."""
    return [
        node
        for node in shared
        if len(node.code) >= 3 and not any(other is not node and _lies_in(other.code, node.code) for other in shared)
    ]


def text_of(listing: Listing) -> str:
    """All public words of a listing, as the index has them."""
    asset = listing.asset
    parts = (
        listing.title,
        listing.title_translation,
        listing.problem,
        listing.solution,
        listing.advantage,
        listing.applications,
        asset.title,
        asset.title_translation,
        asset.abstract if shows_content(asset.kind) else "",
    )
    return "\n".join(part for part in parts if part)


@lru_cache(maxsize=512)
def _written(text: str) -> dict[str, str]:
    """Term -> the first way the text writes it."""
    found: dict[str, str] = {}
    for token in analysis.tokens(text):
        found.setdefault(token.term, text[token.start : token.end])
    return found


def _lies_in(code: str, node: str) -> bool:
    if node.endswith("/00"):
        return code != node and code.startswith(node.removesuffix("00"))
    return code != node and code.startswith(node)
