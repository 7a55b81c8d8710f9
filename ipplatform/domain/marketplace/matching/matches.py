"""Matches of a need with reasons, and for owners: who seeks what they offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.marketplace import queries
from ipplatform.domain.marketplace.matching import candidates, conditions, scoring
from ipplatform.domain.marketplace.matching.conditions import Conditions, Offered, Verdict
from ipplatform.domain.marketplace.matching.reasons import WordShare, shown_words
from ipplatform.domain.marketplace.models import Listing, MatchDecline, Need
from ipplatform.domain.marketplace.permissions import VIEW_INTEREST, VIEW_NEED
from ipplatform.domain.marketplace.rules.lifecycle import PUBLISHED
from ipplatform.domain.marketplace.rules.offers import last_day
from ipplatform.domain.marketplace.search import folder
from ipplatform.domain.marketplace.search.folder import Opened
from ipplatform.domain.rights import queries as rights
from ipplatform.domain.rights import territory
from ipplatform.foundation.clock import today

SHOWN = 25
JUDGED_AT_ONCE = 150
NEEDS_LOOKED_AT = 30
LISTINGS_PER_NEED = 3
TOLD = frozenset({"territory", "field", "exclusivity", "rights"})
"""Verdicts an owner may read whatever the licensee shows. The budget's is never among them."""
TOLD_WITH_WORDS = TOLD | {"acts", "term", "price_model"}


@dataclass(frozen=True)
class Match:
    """``scored.total`` is the sum of ``scored.terms``; ``words`` add up to the words' part."""

    listing: Listing
    scored: scoring.Scored
    verdicts: list[Verdict]
    strength: str
    words: list[WordShare] = field(default_factory=list)
    decline: MatchDecline | None = None

    @property
    def questions(self) -> list[str]:
        return [verdict.question for verdict in self.verdicts if verdict.question]


@dataclass(frozen=True)
class Matches:
    """``excluded`` counts those ranked among ``items`` for which a condition is not met; ``listings`` are all that were looked at."""

    items: list[Match]
    declined: list[Match]
    excluded: int = 0
    listings: int = 0
    ready: bool = True


@dataclass(frozen=True)
class Interest:
    """A need as its licensee lets owners see it; fields it does not show are empty."""

    need_public_id: str
    visibility: str
    licensee: str
    title: str
    summary: str
    problem: str
    solution: str
    classes: Sequence[str]
    territories: Sequence[str]
    fields: Sequence[str]
    exclusivity: str
    matches: list[Match]


def matches_for(*, actor: Actor, need: Need, limit: int = SHOWN) -> Matches:
    """The best listings of others for a need.

    Conditions are judged in the order of the ranking until the page is full, so none of them cuts a page short.
    """
    require(VIEW_NEED, actor, need)
    opened = folder.current()
    if opened is None:
        return Matches([], [], ready=False)
    wanted = conditions_of(need)
    ranking = candidates.find(opened.engine, opened.frequencies, _wanted(need, wanted, not_of=need.organisation_id))
    declined = queries.declined_listings(need.id)
    kept: list[Match] = []
    refused: list[Match] = []
    excluded = 0
    for start in range(0, len(ranking.scored), JUDGED_AT_ONCE):
        for match in _judge([(wanted, ranking.scored[start : start + JUDGED_AT_ONCE])])[0]:
            if conditions.excluded(match.verdicts):
                excluded += 1
            else:
                (refused if match.listing.id in declined else kept).append(match)
        if len(kept) >= limit:
            break
    kept = kept[:limit]
    reasoned = _with_reasons(opened, ranking, [*kept, *refused], declined)
    return Matches(reasoned[: len(kept)], reasoned[len(kept) :], excluded, ranking.listings)


def interest_in(*, actor: Actor) -> list[Interest]:
    """Open needs that the actor's published listings may answer; each says only what its licensee shows."""
    require(VIEW_INTEREST, actor)
    opened = folder.current()
    if opened is None or actor.organisation_id is None:
        return []
    asked = queries.open_needs(but_of=actor.organisation_id, limit=NEEDS_LOOKED_AT).items
    needs = [need for need in asked if not need.damaged]  # nobody can tell what those say
    found, rankings = [], []
    for need in needs:
        wanted = conditions_of(need)
        ranking = candidates.find(
            opened.engine, opened.frequencies, _wanted(need, wanted, only_of=actor.organisation_id)
        )
        found.append((wanted, ranking.scored[:SHOWN]))
        rankings.append(ranking)
    judged = _judge(found)
    answers = []
    for need, ranking, matches in zip(needs, rankings, judged, strict=True):
        fitting = [match for match in matches if not conditions.excluded(match.verdicts)][:LISTINGS_PER_NEED]
        telling = [match for match in _with_reasons(opened, ranking, fitting, {}) if match.strength != "weak"]
        if telling:
            answers.append(_shown(need, telling))
    return answers


def conditions_of(need: Need) -> Conditions:
    return Conditions(
        acts=frozenset(need.acts),
        territories=territory.expand(need.territories),
        fields=frozenset(need.fields),
        exclusivity=need.exclusivity,
        price_model=need.price_model,
        budget=need.budget,
        currency=need.currency,
        licence_years=need.licence_years,
        latest_date=need.latest_date,
    )


def offered_by(listing: Listing) -> Offered:
    return Offered(
        acts=frozenset(listing.acts),
        territories=territory.expand(listing.territories),
        fields=frozenset(listing.fields),
        exclusivities=tuple(listing.exclusivities),
        price_model=listing.price_model,
        amount=listing.amount,
        currency=listing.currency,
        last_day=last_day(listing.term_end, listing.asset.expiry_date),
    )


def _wanted(
    need: Need, wanted: Conditions, *, not_of: int | None = None, only_of: int | None = None
) -> candidates.Wanted:
    return candidates.Wanted(
        text=f"{need.title}\n{need.problem}\n{need.solution}",
        classes=tuple(need.classes),
        territories=wanted.territories,
        exclusivity="exclusive" if wanted.exclusivity == "exclusive" else None,
        not_of=not_of,
        only_of=only_of,
    )


def _judge(groups: Sequence[tuple[Conditions, Sequence[scoring.Scored]]]) -> list[list[Match]]:
    """Every candidate of every group with its verdicts, from one reading of listings and one of the ledger."""
    ids = list({scored.measured.listing_id for _, group in groups for scored in group})
    listings = {key: found for key, found in queries.listings_by_ids(ids).items() if found.status == PUBLISHED}
    day = today()
    rows = [
        (place, wanted, scored, listings[scored.measured.listing_id])
        for place, (wanted, group) in enumerate(groups)
        for scored in group
        if scored.measured.listing_id in listings
    ]
    offers = {key: offered_by(found) for key, found in listings.items()}
    terms = [(found.asset_id, conditions.wanted_terms(wanted, offers[found.id], day)) for _, wanted, _, found in rows]
    judged: list[list[Match]] = [[] for _ in groups]
    for (place, wanted, scored, found), available in zip(rows, rights.availability_each(terms), strict=True):
        said = conditions.verdicts(wanted, offers[found.id], available, day)
        judged[place].append(Match(found, scored, said, strength=""))
    return judged


def _with_reasons(
    opened: Opened, ranking: candidates.Ranking, matches: Sequence[Match], declined: Mapping[int, MatchDecline]
) -> list[Match]:
    ids = [match.listing.id for match in matches]
    shares = candidates.contributions(opened.engine, ranking.weights, ids)
    rarities = candidates.word_counts(opened.engine, ranking.weights)
    found = []
    for match in matches:
        said = shown_words(match.listing, shares[match.listing.id], rarities, ranking)
        rare = sum(one.rare for one in said)
        strength = scoring.strength(match.scored, rare_words=rare)
        decline = declined.get(match.listing.id)
        found.append(Match(match.listing, match.scored, match.verdicts, strength, said, decline))
    return found


def _shown(need: Need, matches: list[Match]) -> Interest:
    full = need.visibility == "full"
    shown = TOLD_WITH_WORDS if full else TOLD
    told = [
        Match(
            match.listing,
            match.scored,
            [verdict for verdict in match.verdicts if verdict.name in shown],
            match.strength,
            match.words if full else [],
        )
        for match in matches
    ]
    return Interest(
        need_public_id=need.public_id if full else "",
        visibility=need.visibility,
        licensee=need.organisation.name if full else "",
        title=need.title if full else "",
        summary=need.summary if need.visibility != "anonymous" else "",
        problem=need.problem if full else "",
        solution=need.solution if full else "",
        classes=need.classes,
        territories=need.territories,
        fields=need.fields,
        exclusivity=need.exclusivity,
        matches=told,
    )
