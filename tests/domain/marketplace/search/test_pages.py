"""Pages of search results: order, filters, counts, cursors, and few statements."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipplatform.domain.assets.values import ClassValue
from ipplatform.domain.marketplace import index
from ipplatform.domain.marketplace.search import folder, pages, vocabulary
from ipplatform.domain.marketplace.search.compiling import Filters
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import Invalid
from tests.databases import both_databases
from tests.factories import make_organisation
from tests.factories.assets import make_asset
from tests.factories.marketplace import make_listing
from tests.statements import statements

pytestmark = pytest.mark.usefixtures("app")


def titles(text: str = "", **chosen: str) -> set[str]:
    filters = Filters({name: (value,) for name, value in chosen.items()})
    return {hit.listing.title for hit in pages.search(text=text, filters=filters).hits}


@pytest.fixture
def market(app: Flask) -> None:
    """Five listings that differ in everything a filter looks at."""
    owner = make_organisation("Quiet Circuits Ltd")
    design = make_asset(kind="design", classifications=[ClassValue("locarno", "14-02")], abstract="")
    washing = make_asset(owner, classifications=[ClassValue("ipc", "D06F 39/00")], abstract="Bubbles wash.")
    numbered = make_asset(
        owner, origin="external", office="US", publication_number="US7640640B2", application_number="US11502655"
    )
    make_listing(make_asset(), indexed=False, title="Solid electrolyte", territories=["EP"])
    make_listing(
        washing,
        indexed=False,
        title="Bubble washing",
        solution="Washes",
        problem="Dirt",
        territories=["US"],
        exclusivities=["ordinary"],
        price_model="negotiable",
        amount=None,
        currency=None,
    )
    make_listing(
        make_asset(),
        indexed=False,
        title="锂离子电池隔膜",
        language="zh",
        title_translation="Separator film",
        solution="一种用于锂电池的陶瓷隔膜",
        problem="热失控",
        territories=["CN"],
    )
    make_listing(numbered, indexed=False, title="Handle", solution="A handle", problem="Grip", territories=["JP"])
    make_listing(design, indexed=False, title="Casing", solution="A casing", problem="Looks", acts=["make", "sell"])
    index.apply_changes()


@pytest.mark.usefixtures("market")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("electrolytes", {"Solid electrolyte"}),
        ("锂电池", {"锂离子电池隔膜"}),
        ("separator", {"Solid electrolyte", "锂离子电池隔膜"} - {"Solid electrolyte"}),
        ('"solid electrolyte"', {"Solid electrolyte"}),
        ('"electrolyte solid"', set()),
        ("ipc:D06F", {"Bubble washing"}),
        ("ipc:D06F39", {"Bubble washing"}),
        ("ipc:D06F 39/00", {"Bubble washing"}),
        ('owner:"Quiet Circuits"', {"Bubble washing", "Handle"}),
        ('owner:"Quiet Circuits" -washes', {"Handle"}),
        ("kind:design", {"Casing"}),
        ("territory:de", {"Solid electrolyte", "Casing"}),
        ("US 7,640,640 B2", {"Handle"}),
        ("number:7640640", {"Handle"}),
        ("US11/502,655", {"Handle"}),
        ("title:bubble", {"Bubble washing"}),
        ("status:closed", set()),
        ("ipc:nonsense", set()),
    ],
)
def test_a_question_finds_what_it_means(text: str, expected: set[str]) -> None:
    found = titles(text)
    if text == "separator":
        assert "锂离子电池隔膜" in found
    else:
        assert found == expected


@pytest.mark.usefixtures("market")
@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"ipc": "H01M"}, {"Solid electrolyte", "锂离子电池隔膜", "Handle"}),
        ({"ipc": "H01M 10/0525", "territory": "FR"}, {"Solid electrolyte"}),
        ({"kind": "design"}, {"Casing"}),
        ({"territory": "JP"}, {"Handle"}),
        ({"exclusivity": "ordinary", "price": "negotiable"}, {"Bubble washing"}),
        ({"language": "zh"}, {"锂离子电池隔膜"}),
        ({"status": "closed"}, set()),
        ({"kind": "nonsense"}, set()),
    ],
)
def test_filters_narrow(chosen: dict[str, str], expected: set[str]) -> None:
    assert titles(**chosen) == expected


@pytest.mark.usefixtures("market")
def test_facets_count_and_offer_what_else_there_is() -> None:
    every = pages.search().facets
    assert dict(every["kind"]) == {"patent": 4, "design": 1}
    assert dict(every["subclass"]) == {"H01M": 3, "D06F": 1}
    narrowed = pages.search(filters=Filters({"kind": ("design",)})).facets
    assert dict(narrowed["kind"]) == {"patent": 4, "design": 1}
    assert narrowed["language"] == [("en", 1)]
    assert dict(pages.search(filters=Filters({"ipc": ("H01M",)})).facets["group"])["H01M 10/00"] == 3


@pytest.mark.usefixtures("market")
def test_when_nothing_has_all_words_some_are_enough_and_it_is_said() -> None:
    results = pages.search(text="electrolyte zeppelin harmonica")
    assert results.relaxed
    assert [hit.listing.title for hit in results.hits] == ["Solid electrolyte"]


@pytest.mark.usefixtures("market")
@pytest.mark.parametrize(("typed", "meant"), [("electrolite", "electrolyte"), ("wahsing", "washing")])
def test_a_misspelt_word_is_answered_with_the_right_one(typed: str, meant: str) -> None:
    assert pages.search(text=typed).suggestion == meant
    assert pages.search(text=meant).suggestion is None


@pytest.mark.usefixtures("market")
def test_what_is_being_typed_is_completed() -> None:
    opened = folder.current()
    assert opened is not None
    assert "solid electrolyte" in vocabulary.completions(opened.engine, "solid elec")
    assert vocabulary.completions(opened.engine, "") == []
    assert vocabulary.completions(opened.engine, "-:") == []


@pytest.mark.parametrize("sort", [pages.RELEVANCE, pages.NEWEST])
def test_pages_by_cursor_show_every_listing_once(sort: str) -> None:
    made = [make_listing(indexed=False).public_id for _ in range(11)]
    index.apply_changes()
    seen: list[str] = []
    cursor = None
    while True:
        page = pages.search(text="dendrites", sort=sort, after=cursor, limit=4)
        seen += [hit.listing.public_id for hit in page.hits]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == sorted(made)
    assert seen == made[::-1]


@pytest.mark.parametrize("sort", [pages.RELEVANCE, pages.NEWEST])
def test_a_listing_added_meanwhile_does_not_shift_the_pages(sort: str) -> None:
    for _ in range(6):
        make_listing(indexed=False)
    index.apply_changes()
    first = pages.search(text="dendrites", sort=sort, limit=3)
    make_listing(title="Dendrites dendrites dendrites")
    second = pages.search(text="dendrites", sort=sort, limit=3, after=first.next_cursor)
    shown = [hit.listing.id for hit in (*first.hits, *second.hits)]
    assert len(shown) == len(set(shown)) == 6


def test_a_cursor_survives_its_listing() -> None:
    for _ in range(6):
        make_listing(indexed=False)
    index.apply_changes()
    first = pages.search(text="dendrites", limit=3)
    opened = folder.current()
    assert opened is not None
    opened.engine.write([], opened.frequencies, gone=[first.hits[-1].listing.id])
    second = pages.search(text="dendrites", limit=3, after=first.next_cursor)
    assert not {hit.listing.id for hit in first.hits} & {hit.listing.id for hit in second.hits}


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "WyJyIiwxXQ", "WyJuIiwieCIsMV0", "WyJyIiwxLCJ4Il0"])
def test_a_foreign_cursor_is_refused_kindly(cursor: str) -> None:
    make_listing()
    with pytest.raises(Invalid):
        pages.search(text="dendrites", after=cursor)


@both_databases
def test_a_page_costs_one_statement_whatever_it_finds(app: Flask) -> None:
    make_listing()
    counts = []
    for wanted in (1, 12):
        for _ in range(wanted):
            make_listing(indexed=False)
        index.apply_changes()
        db.session.expunge_all()
        with statements() as sent:
            assert len(pages.search(text="dendrites").hits) == min(20, wanted + len(counts) + 1)
        counts.append(len(sent))
    assert counts == [1, 1]


def test_nothing_typed_is_an_error(app: Flask) -> None:
    make_listing()

    @given(st.text(max_size=60), st.text(max_size=10))
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def ask(text: str, value: str) -> None:
        chosen: dict[str, Any] = {name: (value,) for name in ("ipc", "kind", "territory", "status") if value}
        pages.search(text=text)
        pages.search(text=text, filters=Filters(chosen))

    ask()


@pytest.mark.parametrize(
    "text",
    ['"', '""', "-", "--", "-" * 50, ":", "ipc:", 'owner:"', "AND OR NOT", "*", "a*", "\\", "\x00", "(" * 50, "ipc:ipc:x",
     "number:", "-number:x", "-owner:x", "的", "💡", "ﷺ" * 40, "\u202eabc", "\ud800"],
)  # fmt: skip
def test_strange_questions_are_answered(text: str) -> None:
    make_listing()
    pages.search(text=text)
