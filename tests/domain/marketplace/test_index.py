"""The index follows the change feed, is rebuilt beside the live one, and never shows what may not be seen."""

from __future__ import annotations

import fcntl
import os
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, update

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.marketplace import index, jobs, services
from ipplatform.domain.marketplace.models import Listing, SearchChange
from ipplatform.domain.marketplace.search import folder, pages
from ipplatform.domain.marketplace.search.folder import Position
from ipplatform.foundation import settings
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db, transaction
from tests.databases import both_databases
from tests.factories.marketplace import make_listing

pytestmark = pytest.mark.usefixtures("app")


def found(text: str = "dendrites") -> list[str]:
    return [hit.listing.public_id for hit in pages.search(text=text).hits]


def test_before_there_is_an_index_a_search_says_so() -> None:
    assert not pages.search(text="anything").ready
    assert index.status().version is None


@both_databases
def test_a_published_listing_is_found_after_the_next_round(app: Flask) -> None:
    first = make_listing()
    second = make_listing(indexed=False)
    assert found() == [first.public_id]
    assert index.status().behind >= 1
    assert index.apply_changes() >= 1
    assert set(found()) == {first.public_id, second.public_id}
    assert index.apply_changes() == 0
    assert index.status().behind == 0


@both_databases
def test_a_stale_index_shows_nothing_that_may_not_be_seen(app: Flask) -> None:
    listing = make_listing()
    assert found() == [listing.public_id]
    with transaction():
        services.close(actor=SYSTEM, listing=listing, reason="withdrawn")
    assert found() == []
    assert pages.search(text="dendrites").total == 1
    index.apply_changes()
    assert pages.search(text="dendrites").total == 0


def test_the_text_shown_is_the_databases_however_old_the_index() -> None:
    listing = make_listing()
    with transaction():
        services.edit(actor=SYSTEM, listing=listing, values=_values(solution="Dendrites: corrected text"))
    (hit,) = pages.search(text="dendrites").hits
    assert "corrected text" in str(hit.snippet)


def test_applying_a_change_twice_is_harmless() -> None:
    listing = make_listing()
    with transaction():
        index.changed(listing.id)
        index.changed(listing.id)
    index.apply_changes()
    index.apply_changes()
    assert found() == [listing.public_id]
    assert pages.search(text="dendrites").total == 1


def test_a_change_that_commits_late_is_not_lost() -> None:
    first, late = make_listing(), make_listing(indexed=False)
    index.apply_changes()
    with transaction():
        newest = SearchChange(listing_id=first.id)
        db.session.add(newest)
        db.session.flush()
        gap = newest.id
        newest_id = gap + 1
        db.session.execute(delete(SearchChange).where(SearchChange.id == gap))
        db.session.add(SearchChange(id=newest_id, listing_id=first.id))
        db.session.execute(update(Listing).where(Listing.id == late.id).values(title="Zirconium arrived late"))
    index.apply_changes()
    assert found("zirconium") == []
    with transaction():
        db.session.add(SearchChange(id=gap, listing_id=late.id))
    assert index.apply_changes() == 1
    assert found("zirconium") == [late.public_id]


def test_a_gap_that_never_fills_is_forgotten() -> None:
    position = Position(applied=10)
    index._advance(position, [11, 14])
    assert set(position.gaps) == {12, 13}
    with time_machine.travel(now() + timedelta(minutes=11)):
        index._advance(position, [])
    assert position.gaps == {}
    assert position.applied == 14


def test_a_rebuild_tells_its_progress_and_takes_the_place_of_the_old_index() -> None:
    listings = [make_listing(indexed=False) for _ in range(3)]
    make_listing(published=False)
    index.apply_changes()
    before = folder.current_name()
    told: list[tuple[int, int]] = []
    assert index.rebuild(lambda done, total: told.append((done, total))) == 3
    assert told[-1] == (3, 3)
    assert folder.current_name() != before
    assert set(found()) == {one.public_id for one in listings}
    versions = [one for one in settings.current().index_dir.iterdir() if one.is_dir()]
    assert [one.name for one in versions] == [folder.current_name()]


def test_a_node_that_was_away_too_long_rebuilds() -> None:
    listing = make_listing()
    name = folder.current_name()
    assert name is not None
    with time_machine.travel(now() + timedelta(days=8)):
        assert index.apply_changes() == 1
        assert folder.current_name() != name
    assert found() == [listing.public_id]


def test_only_one_process_writes() -> None:
    make_listing()
    lock = os.open(settings.current().index_dir / "lock", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        assert index.apply_changes() == 0
        with pytest.raises(BlockingIOError):
            index.rebuild()
    finally:
        os.close(lock)


def test_a_difference_is_found_and_healed_in_the_night() -> None:
    kept, lost = make_listing(), make_listing()
    opened = folder.current()
    assert opened is not None
    opened.engine.write([], opened.frequencies, gone=[lost.id])
    assert index.compare().missing == (lost.id,)
    with transaction():
        jobs.nightly({})
    index.apply_changes()
    assert set(found()) == {kept.public_id, lost.public_id}
    assert index.compare() == index.Difference((), ())


def _values(**changes: object) -> dict[str, object]:
    from ipplatform.domain.marketplace.schemas import ListingSchema
    from tests.factories.marketplace import offer

    values: dict[str, object] = ListingSchema().load(offer(**changes))
    return values
