from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from ipplatform.domain.rights import rules
from ipplatform.domain.rights.rules import GrantTerms, Standing
from tests.factories.rights import terms

ACTS = ("make", "use", "sell")
TERRITORIES = ("AT", "AU", "DE")  # two of them neighbours in the ledger's numbering
FIELDS = ("*", "batteries", "batteries.traction", "batteries.traction.cars", "batteries.portable", "chips")
# The smallest parts: each node's own remainder is a part, and so is what no node covers.
PARTS = ("", *FIELDS[1:])
DAYS = [date(2026, 1, day) for day in range(1, 6)]


def day_is_in(terms: GrantTerms, day: date) -> bool:
    return terms.start <= day and (terms.end is None or day <= terms.end)


def part_is_in(terms: GrantTerms, part: str) -> bool:
    above = [part[:place] for place, letter in enumerate(part) if letter == "."]
    return bool(terms.fields & {"*", part, *above} - {""})


Point = tuple[str, str, str, date]


def points(terms: GrantTerms) -> set[Point]:
    """Everything a grant covers in the small universe, one by one."""
    return {
        (act, country, part, day)
        for act, country, part, day in product(terms.acts, terms.territories, PARTS, DAYS)
        if part_is_in(terms, part) and day_is_in(terms, day)
    }


def oracle_bars(new: GrantTerms, old: GrantTerms, old_id: int) -> bool:
    if "exclusive" in (new.exclusivity, old.exclusivity) or "sole" in (new.exclusivity, old.exclusivity):
        return not (old.exclusivity == "ordinary" and old_id in new.subject_to)
    return False


def oracle_clashes(new: GrantTerms, standings: list[Standing], head_id: int | None) -> set[int]:
    return {
        old.id
        for old in standings
        if old.head_id == head_id and oracle_bars(new, old.terms, old.id) and points(new) & points(old.terms)
    }


subsets = st.sets
any_terms = st.builds(
    GrantTerms,
    exclusivity=st.sampled_from(rules.EXCLUSIVITIES),
    acts=st.frozensets(st.sampled_from(ACTS), min_size=1),
    territories=st.frozensets(st.sampled_from(TERRITORIES), min_size=1),
    fields=st.frozensets(st.sampled_from(FIELDS), min_size=1, max_size=2),
    start=st.sampled_from(DAYS),
    end=st.one_of(st.none(), st.sampled_from(DAYS)),
    subject_to=st.frozensets(st.integers(1, 6), max_size=3),
    sublicensing=st.integers(0, 2),
)
sound_terms = any_terms.filter(lambda one: one.end is None or one.start <= one.end)


@dataclass
class Ledger:
    """Grants as they were asked for, kept when the rules let them in."""

    standings: list[Standing]

    def ask(self, wanted: GrantTerms, head_id: int | None) -> rules.Availability:
        found = rules.availability(wanted, self.standings, head_id=head_id)
        if found.free:
            number = len(self.standings) + 1
            self.standings.append(Standing(number, f"G-{number}", wanted, head_id))
        return found


requests = st.lists(st.tuples(sound_terms, st.sampled_from([None, None, None, 1])), min_size=1, max_size=7)


@settings(max_examples=300, deadline=None)
@given(requests)
def test_the_ledger_lets_in_exactly_what_counting_every_point_lets_in(
    asked: list[tuple[GrantTerms, int | None]],
) -> None:
    ledger = Ledger([])
    for wanted, head_id in asked:
        expected = oracle_clashes(wanted, ledger.standings, head_id)
        found = ledger.ask(wanted, head_id)
        assert {clash.standing.id for clash in found.conflicts} == expected
        assert found.free == (not expected)


@settings(max_examples=300, deadline=None)
@given(requests, sound_terms)
def test_narrowed_to_what_remains_on_one_axis_the_terms_are_free(
    asked: list[tuple[GrantTerms, int | None]], wanted: GrantTerms
) -> None:
    ledger = Ledger([])
    for one, _head in asked:
        ledger.ask(one, None)
    found = rules.availability(wanted, ledger.standings)
    if found.remaining is None:
        return
    left = found.remaining
    narrowed = [
        *([replace(wanted, acts=left.acts)] if left.acts else []),
        *([replace(wanted, territories=left.territories)] if left.territories else []),
        *([replace(wanted, fields=left.fields)] if left.fields else []),
        *(replace(wanted, start=start, end=end) for start, end in left.periods),
        *([replace(wanted, subject_to=wanted.subject_to | left.subject_to)] if left.subject_to else []),
        *([replace(wanted, exclusivity="ordinary")] if left.ordinary else []),
    ]
    for option in narrowed:
        assert oracle_clashes(option, ledger.standings, None) == set()
        assert points(option) <= points(wanted)


@settings(max_examples=200, deadline=None)
@given(requests, sound_terms)
def test_nothing_that_remains_on_an_axis_is_left_out(
    asked: list[tuple[GrantTerms, int | None]], wanted: GrantTerms
) -> None:
    """Any single act, country or day that alone would be free is among what is said to remain."""
    ledger = Ledger([])
    for one, _head in asked:
        ledger.ask(one, None)
    left = rules.availability(wanted, ledger.standings).remaining
    if left is None:
        return
    for act in wanted.acts:
        alone = replace(wanted, acts=frozenset({act}))
        assert (act in left.acts) == (not oracle_clashes(alone, ledger.standings, None))
    for country in wanted.territories:
        alone = replace(wanted, territories=frozenset({country}))
        assert (country in left.territories) == (not oracle_clashes(alone, ledger.standings, None))
    for day in (one for one in DAYS if day_is_in(wanted, one)):
        alone = replace(wanted, start=day, end=day)
        within = any(start <= day and (end is None or day <= end) for start, end in left.periods)
        assert within == (not oracle_clashes(alone, ledger.standings, None))


@settings(max_examples=300, deadline=None)
@given(sound_terms, sound_terms)
def test_a_sublicence_is_inside_its_head_when_every_point_is(inner: GrantTerms, head: GrantTerms) -> None:
    beyond = set(rules.outside_head(inner, head)) - {"exclusivity", "sublicensing"}
    endless = inner.end is None and head.end is not None
    assert (not beyond) == (points(inner) <= points(head) and not endless)


@settings(max_examples=200, deadline=None)
@given(sound_terms, sound_terms)
def test_overlap_is_the_same_seen_from_either_side(one: GrantTerms, other: GrantTerms) -> None:
    assert rules.overlap(one, other) == rules.overlap(other, one)


@settings(max_examples=200, deadline=None)
@given(sound_terms, sound_terms, st.integers(1, 6))
def test_what_the_constraint_compares_says_the_same_as_the_rule(new: GrantTerms, old: GrantTerms, old_id: int) -> None:
    met = rules.barring_ranges(99, new) & rules.barring_ranges(old_id, replace(old, subject_to=frozenset()))
    named_but_barring = old.exclusivity == "open" and old_id in new.subject_to
    if not named_but_barring:
        assert bool(met) == rules.bars(new, Standing(old_id, "G", replace(old, subject_to=frozenset())))


def test_an_exclusive_grant_bars_the_owner_and_a_sole_one_does_not() -> None:
    for exclusivity, barred in (("exclusive", True), ("sole", False), ("ordinary", False)):
        found = rules.owner_use_conflicts(terms("exclusive"), [Standing(1, "G-1", terms(exclusivity))])
        assert bool(found) is barred


def test_an_open_licence_and_an_exclusive_one_keep_each_other_out() -> None:
    for one, other in (("open", "exclusive"), ("exclusive", "open"), ("sole", "open")):
        assert rules.conflict(terms(one), Standing(1, "G-1", terms(other))) is not None
    assert rules.conflict(terms("open"), Standing(1, "G-1", terms("ordinary"))) is None
    subject = terms("exclusive", subject_to=frozenset({1}))
    assert rules.conflict(subject, Standing(1, "G-1", terms("open"))) is not None


def test_the_smallest_overlap_comes_first() -> None:
    wide = Standing(1, "G-1", terms("exclusive", fields={"batteries"}, territories={"DE", "AT"}))
    small = Standing(2, "G-2", terms("exclusive", fields={"batteries.traction.cars"}, acts={"make"}))
    found = rules.availability(terms("exclusive", acts={"make", "sell"}, territories={"DE", "AT"}), [wide, small])
    assert [clash.standing.id for clash in found.conflicts] == [2, 1]


def test_a_stronger_or_deeper_sublicence_reaches_beyond_its_head() -> None:
    head = terms("sole", sublicensing=1)
    assert rules.outside_head(terms("exclusive"), head) == ("exclusivity",)
    assert rules.outside_head(terms("ordinary", sublicensing=1), head) == ("sublicensing",)
    assert rules.outside_head(terms("ordinary"), terms("ordinary")) == ("sublicensing",)
    assert rules.outside_head(terms("ordinary", end=None), head) == ("term",)


def test_terms_that_are_none_are_named_by_axis() -> None:
    assert rules.faults(terms()) == {}
    odd = terms("perpetual", acts=set(), territories={"EU"}, fields={"nothing"}, end=date(2025, 1, 1), sublicensing=-1)
    assert rules.faults(odd) == {
        "acts": "empty",
        "territories": "unknown",
        "fields": "unknown",
        "exclusivity": "unknown",
        "end": "before_start",
        "sublicensing": "unknown",
    }
