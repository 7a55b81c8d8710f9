"""The public search page: works without scripts, never fails, escapes everything, costs few statements."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.marketplace import index, services
from ipplatform.foundation.db import db, transaction
from tests.factories.marketplace import make_listing
from tests.statements import statements

pytestmark = pytest.mark.usefixtures("app")


def test_an_empty_market_says_what_to_do(client: FlaskClient) -> None:
    assert "being prepared" in client.get("/search").text
    index.apply_changes()
    assert "No offers yet" in client.get("/search").text


def test_a_question_shows_marked_hits_facets_and_a_feed(client: FlaskClient) -> None:
    listing = make_listing()
    page = client.get("/search?q=dendrites").text
    assert f"/listings/{listing.public_id}" in page
    assert "<mark>dendrites</mark>" in page.lower()
    assert 'name="exclusivity" value="ordinary"' in page
    assert "/search.atom?q=dendrites" in page


def test_a_question_without_answer_suggests_what_to_do(client: FlaskClient) -> None:
    make_listing()
    page = client.get("/search?q=elektrolyte&kind=design").text
    assert "Nothing fits" in page
    assert "/market/needs/new" in page
    assert "Did you mean" in client.get("/search?q=electrolite").text


def test_filters_are_in_the_address_and_can_be_removed(client: FlaskClient) -> None:
    make_listing()
    page = client.get("/search?q=dendrites&ipc=H01M&territory=DE&kind=patent").text
    assert 'href="/search?q=dendrites&amp;territory=DE&amp;kind=patent"' in page or "Remove the filter H01M" in page
    assert "Germany" in page
    assert re.search(r'name="kind" value="patent"\s+checked', page)


def test_pages_follow_by_cursor(client: FlaskClient) -> None:
    made = {make_listing(indexed=False).public_id for _ in range(23)}
    index.apply_changes()
    seen: set[str] = set()
    address: str | None = "/search?q=dendrites"
    while address:
        page = client.get(address).text
        found = set(re.findall(r"/listings/([0-9a-z]{16})", page))
        assert not found & seen
        seen |= found
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following.group(1).replace("&amp;", "&") if following else None
    assert seen == made


@pytest.mark.parametrize(
    "address",
    [
        '/search?q="',
        "/search?q=%00%ff%fe",
        "/search?q=" + "a" * 5000,
        "/search?q=-&ipc=&kind=&territory=%F0%9F%92%A1",
        "/search?ipc=((((&sort=nonsense&limit=-1",
        "/search?" + "&".join(f"ipc=H{n:02d}M" for n in range(90)),
        "/search?q=ipc:&unknown=1",
        "/search/suggest?q=%00",
        "/search/suggest?q=" + "x" * 3000,
        "/search.atom?q=%0B<",
        "/search.rss?q=]]>",
    ],
)
def test_strange_addresses_are_answered(client: FlaskClient, address: str) -> None:
    make_listing()
    assert client.get(address).status_code == 200


def test_a_foreign_cursor_is_no_server_error(client: FlaskClient) -> None:
    make_listing()
    assert client.get("/search?q=dendrites&after=nonsense").status_code == 422


def test_markup_in_listings_and_questions_stays_text(client: FlaskClient) -> None:
    make_listing(title="<script>alert(1)</script> electrolyte", solution="<img src=x onerror=alert(2)> electrolyte")
    page = client.get("/search?q=electrolyte%20%3Cscript%3Ealert(3)%3C/script%3E").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;" in page


def test_drafts_and_withdrawn_listings_are_never_shown(client: FlaskClient) -> None:
    draft = make_listing(published=False)
    withdrawn = make_listing()
    with transaction():
        services.close(actor=SYSTEM, listing=withdrawn)
    for address in (
        "/search?q=dendrites",
        "/search?status=draft",
        "/search?status=closed",
        "/search.atom",
        "/search.rss",
    ):
        page = client.get(address).text
        assert draft.public_id not in page
        assert withdrawn.public_id not in page
    assert client.get(f"/search?q={draft.public_id}").text.count("/listings/") == 0


def test_what_was_licensed_is_found_as_closed(client: FlaskClient) -> None:
    listing = make_listing()
    with transaction():
        services.close(actor=SYSTEM, listing=listing, reason="licensed")
    index.apply_changes()
    assert listing.public_id not in client.get("/search?q=dendrites").text
    assert listing.public_id in client.get("/search?q=dendrites&status=closed").text


def test_the_page_costs_at_most_four_statements(client: FlaskClient) -> None:
    for _ in range(5):
        make_listing(indexed=False)
    index.apply_changes()
    db.session.remove()
    with statements() as sent:
        assert client.get("/search?q=dendrites&ipc=H01M").status_code == 200
    assert len(sent) <= 4, sent


def test_words_are_completed(client: FlaskClient) -> None:
    make_listing()
    assert "solid electrolyte" in client.get("/search/suggest?q=solid+elec").json


def test_chinese_pages_are_chinese(client: FlaskClient, app: Flask) -> None:
    make_listing(language="zh", title="锂离子电池隔膜", solution="陶瓷涂覆隔膜")
    page = client.get("/search?q=%E9%94%82%E7%94%B5%E6%B1%A0%20", headers={"Accept-Language": "zh-CN"}).text
    assert 'lang="zh-Hans"' in page
    assert "<mark>" in page
