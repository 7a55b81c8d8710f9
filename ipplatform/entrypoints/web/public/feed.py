"""A search as a feed: Atom (RFC 4287) and RSS 2.0, newest first."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from xml.etree import ElementTree as Xml  # nosec B405: only written, never read

from flask import Blueprint, Response, current_app, url_for
from flask.typing import ResponseReturnValue

from ipplatform.domain.marketplace.models import Listing
from ipplatform.domain.marketplace.search import pages
from ipplatform.entrypoints.http.access import public
from ipplatform.entrypoints.web.public.search import arguments, shared_address
from ipplatform.foundation.clock import now
from ipplatform.foundation.i18n import _

blueprint = Blueprint("feed", __name__)
ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 30


@blueprint.get("/search.atom")
@public
def atom() -> ResponseReturnValue:
    title, listings = _listings()
    Xml.register_namespace("", ATOM)
    feed = Xml.Element(f"{{{ATOM}}}feed")
    _add(feed, "title", title)
    _add(feed, "id", _absolute(url_for("feed.atom", **shared_address())))
    _add(feed, "updated", (_moment(listings[0]) if listings else now()).isoformat())
    _link(feed, _absolute(url_for("feed.atom", **shared_address())), rel="self")
    _link(feed, _absolute(url_for("search.index", **shared_address())))
    for listing in listings:
        entry = Xml.SubElement(feed, f"{{{ATOM}}}entry")
        _add(entry, "title", listing.title)
        _add(entry, "id", _address(listing))
        _add(entry, "updated", _moment(listing).isoformat())
        _add(Xml.SubElement(entry, f"{{{ATOM}}}author"), "name", listing.organisation.name)
        _link(entry, _address(listing))
        _add(entry, "summary", listing.summary[:500])
    return _answer(feed, "application/atom+xml")


@blueprint.get("/search.rss")
@public
def rss() -> ResponseReturnValue:
    title, listings = _listings()
    root = Xml.Element("rss", version="2.0")
    channel = Xml.SubElement(root, "channel")
    for name, text in (
        ("title", title),
        ("link", _absolute(url_for("search.index", **shared_address()))),
        ("description", title),
    ):
        Xml.SubElement(channel, name).text = text
    for listing in listings:
        item = Xml.SubElement(channel, "item")
        for name, text in (
            ("title", listing.title),
            ("link", _address(listing)),
            ("guid", _address(listing)),
            ("pubDate", format_datetime(_moment(listing))),
            ("description", listing.summary[:500]),
        ):
            Xml.SubElement(item, name).text = _printable(text)
    return _answer(root, "application/rss+xml")


def _listings() -> tuple[str, list[Listing]]:
    wanted = {**arguments(), "sort": pages.NEWEST, "after": None, "limit": ENTRIES}
    results = pages.search(**wanted, facets=False)
    title = _("Offers: %(question)s", question=wanted["text"]) if wanted["text"] else _("Newest offers")
    return title, [hit.listing for hit in results.hits]


def _moment(listing: Listing) -> datetime:
    return listing.published_at or listing.created_at


def _address(listing: Listing) -> str:
    return _absolute(url_for("public_listings.show", reference=listing.public_id))


def _absolute(path: str) -> str:
    return str(current_app.config["SETTINGS"].base_url) + path


def _add(parent: Xml.Element, name: str, text: str) -> None:
    Xml.SubElement(parent, f"{{{ATOM}}}{name}").text = _printable(text)


def _link(parent: Xml.Element, address: str, rel: str = "alternate") -> None:
    Xml.SubElement(parent, f"{{{ATOM}}}link", rel=rel, href=address)


def _printable(text: str) -> str:
    """Without what XML 1.0 cannot hold."""
    return "".join(one for one in text if one in "\t\n" or (ord(one) >= 32 and ord(one) not in (0xFFFE, 0xFFFF)))


def _answer(root: Xml.Element, media_type: str) -> Response:
    body = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, content_type=f"{media_type}; charset=utf-8")
