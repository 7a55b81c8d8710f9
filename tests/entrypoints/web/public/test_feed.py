"""A search as Atom and RSS."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from lxml import etree

from tests.factories.marketplace import make_listing

ATOM = {"a": "http://www.w3.org/2005/Atom"}
pytestmark = pytest.mark.usefixtures("app")


def test_atom_holds_the_newest_first_with_whole_addresses(client: FlaskClient) -> None:
    old, new = make_listing(title="Electrolyte & <co>"), make_listing()
    answer = client.get("/search.atom?q=electrolyte&sort=relevance")
    feed = etree.fromstring(answer.data)
    assert answer.mimetype == "application/atom+xml"
    ids = [one.text for one in feed.findall("a:entry/a:id", ATOM)]
    assert ids == [f"http://localhost/listings/{one.public_id}" for one in (new, old)]
    assert feed.find("a:entry[2]/a:title", ATOM).text == "Electrolyte & <co>"
    for name in ("title", "id", "updated"):
        assert feed.find(f"a:{name}", ATOM).text


def test_rss_holds_the_same(client: FlaskClient) -> None:
    listing = make_listing()
    answer = client.get("/search.rss?ipc=H01M")
    channel = etree.fromstring(answer.data).find("channel")
    assert answer.mimetype == "application/rss+xml"
    assert [one.text for one in channel.findall("item/guid")] == [f"http://localhost/listings/{listing.public_id}"]
    assert channel.find("item/pubDate").text.endswith("+0000")


def test_an_empty_feed_is_a_feed(client: FlaskClient) -> None:
    assert etree.fromstring(client.get("/search.atom?q=nothing").data).findall("a:entry", ATOM) == []
    assert etree.fromstring(client.get("/search.rss?q=nothing").data).findall("channel/item") == []
