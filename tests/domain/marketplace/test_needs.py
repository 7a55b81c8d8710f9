"""Needs are their organisation's own; declines go back to the owner without a name."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from marshmallow import ValidationError
from sqlalchemy import text

from ipplatform.domain.marketplace import access, queries, services
from ipplatform.domain.marketplace.schemas import NeedSchema
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import Conflict, Forbidden, Invalid, NotFound
from tests.databases import both_databases
from tests.factories import actor_of, member
from tests.factories.marketplace import dealer, make_listing, make_need, wish

pytestmark = pytest.mark.usefixtures("app")


@both_databases
def test_a_need_is_stated_changed_paused_and_closed(app: Flask) -> None:
    actor = dealer()
    need = make_need(actor)
    with transaction():
        services.edit_need(actor=actor, need=need, values=NeedSchema().load(wish(title="Changed")))
        services.move_need(actor=actor, need=need, action="pause")
        services.move_need(actor=actor, need=need, action="resume")
        services.move_need(actor=actor, need=need, action="close")
    db.session.expire_all()
    found = access.own_need(actor=actor, reference=need.public_id)
    assert (found.title, found.status) == ("Changed", "closed")
    with pytest.raises(Conflict):
        services.move_need(actor=actor, need=found, action="resume")


def test_the_words_of_a_need_are_sealed_in_the_database() -> None:
    make_need(problem="We want to leave our supplier Umbrella")
    (stored,) = db.session.execute(text("SELECT words FROM need")).one()
    assert b"Umbrella" not in bytes(stored)


def test_others_do_not_learn_that_a_need_exists() -> None:
    need = make_need()
    with pytest.raises(NotFound):
        access.own_need(actor=dealer(), reference=need.public_id)
    with pytest.raises(NotFound):
        access.own_need(actor=dealer(), reference="nonsense")


def test_viewers_read_and_dealers_write() -> None:
    viewer, organisation = member("viewer")
    need = make_need(dealer(organisation))
    actor = actor_of(viewer, organisation)
    assert access.own_need(actor=actor, reference=need.public_id).id == need.id
    with pytest.raises(Forbidden):
        services.create_need(actor=actor, values=NeedSchema().load(wish()))
    with pytest.raises(Forbidden):
        services.move_need(actor=actor, need=need, action="pause")


@both_databases
def test_a_declined_match_tells_the_owner_why_and_not_who(app: Flask) -> None:
    listing, actor = make_listing(), dealer()
    need = make_need(actor)
    with transaction():
        services.decline_match(actor=actor, need=need, listing=listing, reason="price", note="Too dear")
        services.decline_match(actor=actor, need=need, listing=listing, reason="too_early", note="No data")
    assert queries.declines_of(listing.id) == {"too_early": 1}
    assert queries.decline_notes(listing.id) == [("too_early", "No data")]
    with transaction():
        services.take_back_decline(actor=actor, need=need, listing=listing)
    assert queries.declines_of(listing.id) == {}


def test_only_the_reasons_on_the_list_are_given_and_only_to_public_listings() -> None:
    actor = dealer()
    need = make_need(actor)
    with pytest.raises(Invalid):
        services.decline_match(actor=actor, need=need, listing=make_listing(), reason="ugly")
    with pytest.raises(NotFound):
        services.decline_match(actor=actor, need=need, listing=make_listing(published=False), reason="price")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": None}, "title"),
        ({"classes": ["not a class"]}, "classes"),
        ({"currency": None}, "currency"),
        ({"visibility": "summary"}, "summary"),
        ({"visibility": "everything"}, "visibility"),
        ({"licence_years": 0}, "licence_years"),
        ({"exclusivity": "open"}, "exclusivity"),
    ],
)
def test_what_cannot_be_is_an_error_on_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        NeedSchema().load(wish(**changes))
    assert field in refusal.value.messages_dict


def test_classes_are_normalised() -> None:
    assert NeedSchema().load(wish(classes=["h01m0010052500", "H01M"]))["classes"] == ["H01M 10/0525", "H01M"]
