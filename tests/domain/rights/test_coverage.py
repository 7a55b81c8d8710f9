from __future__ import annotations

from datetime import date

from flask import Flask

from ipplatform.domain.rights import coverage, queries, territory
from ipplatform.domain.rights.rules import Standing
from tests.factories.rights import make_grant, make_right, terms

ON = date(2026, 6, 1)
SELL = 3  # place of "sell" among a patent's acts


def test_without_grants_the_whole_world_is_one_free_row() -> None:
    (row,) = coverage.table([], "patent", ON)
    assert row.territories == territory.COUNTRIES
    assert {cell.state for cell in row.cells} == {coverage.FREE}
    assert all(tile.state == coverage.FREE and tile.free == tile.countries for tile in coverage.tiles([row], ON))


def test_taken_part_and_shared_are_told_apart() -> None:
    standings = [
        Standing(1, "G-1", terms("exclusive", territories={"DE"})),
        Standing(2, "G-2", terms("exclusive", territories={"JP"}, fields={"*"}, end=None)),
        Standing(3, "G-3", terms("ordinary", territories={"US"})),
    ]
    state = {
        next(iter(row.territories)): row.cells[SELL]
        for row in coverage.table(standings, "patent", ON)
        if len(row.territories) == 1
    }
    assert state["DE"] == coverage.Cell(coverage.PART, frozenset({"batteries.traction"}), date(2029, 3, 1))
    assert state["JP"] == coverage.Cell(coverage.TAKEN, frozenset({"*"}), None)
    assert state["US"] == coverage.Cell(coverage.SHARED)


def test_the_map_shows_the_worst_of_a_group() -> None:
    rows = coverage.table([Standing(1, "G-1", terms("exclusive", fields={"*"}))], "patent", ON)
    by_code = {tile.code: tile for tile in coverage.tiles(rows, ON)}
    assert (by_code["EP"].state, by_code["EP"].free, by_code["EP"].countries) == (coverage.TAKEN, 38, 39)
    assert by_code["CN"].state == coverage.FREE


def test_past_grants_and_sublicences_take_nothing_from_the_owner() -> None:
    ended = Standing(1, "G-1", terms("exclusive", end=date(2026, 5, 31)))
    below = Standing(2, "G-2", terms("exclusive"), head_id=9)
    (row,) = coverage.table([ended, below], "patent", ON)
    assert {cell.state for cell in row.cells} == {coverage.FREE}


def test_the_ledger_is_asked_once(app: Flask) -> None:
    asset = make_right()
    make_grant(asset, terms("exclusive", end=None))
    found = queries.free_terms(asset.id, asset.kind, on=ON)
    assert [row.cells[SELL].state for row in found.rows] == [coverage.PART, coverage.FREE]
