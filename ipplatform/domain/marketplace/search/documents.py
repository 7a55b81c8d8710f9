"""A listing as the index holds it: what may be found of it, never what is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from ipplatform.domain.assets import classification
from ipplatform.domain.assets.rules import shows_content
from ipplatform.domain.marketplace.models import Listing
from ipplatform.domain.rights import territory


@dataclass(frozen=True)
class IndexDocument:
    """``newest`` orders by time of publication and is unique; ``territories`` are countries."""

    id: int
    newest: int
    title: str
    texts: tuple[str, ...]
    organisation_id: int = 0
    owners: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    kind: str = "patent"
    territories: frozenset[str] = frozenset()
    exclusivities: tuple[str, ...] = ()
    price_model: str = "negotiable"
    status: str = "published"
    language: str = "en"
    nodes: tuple[str, ...] = field(default=())

    @property
    def text(self) -> str:
        return "\n".join((self.title, *self.texts))


def document_of(listing: Listing) -> IndexDocument:
    """What the index should hold of a public listing; reads the asset with its classes and both organisations."""
    asset = listing.asset
    abstract = asset.abstract if shows_content(asset.kind) else ""
    codes = tuple(dict.fromkeys((*asset.codes("ipc"), *asset.codes("cpc")))) if asset.kind != "design" else ()
    numbers = (asset.publication_number, asset.application_number, asset.registration_number)
    published = listing.published_at or listing.created_at
    return IndexDocument(
        id=listing.id,
        newest=newest_key(published, listing.id),
        title="\n".join(filter(None, (listing.title, listing.title_translation))),
        texts=tuple(
            filter(
                None,
                (
                    listing.problem,
                    listing.solution,
                    listing.advantage,
                    listing.applications,
                    asset.title if asset.title != listing.title else "",
                    asset.title_translation or "",
                    abstract,
                ),
            )
        ),
        organisation_id=listing.organisation_id,
        owners=(listing.organisation.name,),
        numbers=tuple(number_terms((*numbers, asset.public_id, listing.public_id))),
        classes=codes,
        kind=asset.kind,
        territories=territory.expand(listing.territories),
        exclusivities=tuple(listing.exclusivities),
        price_model=listing.price_model,
        status=listing.status,
        language=listing.language,
        nodes=class_nodes(codes),
    )


def newest_key(moment: datetime, listing_id: int) -> int:
    """Microseconds of publication and the id's last bits: a unique number that sorts by time, below 2^63."""
    return int(moment.timestamp() * 1_000_000) * 2048 + listing_id % 2048


def class_nodes(codes: Iterable[str]) -> tuple[str, ...]:
    """Every class on the paths down to ``codes``."""
    return tuple(dict.fromkeys(node for code in codes for node in classification.ancestors(code)))


def number_terms(numbers: Iterable[str | None]) -> Iterable[str]:
    """The forms by which a number is found: whole, without kind code, without office."""
    for number in filter(None, numbers):
        plain = re.sub(r"[^0-9a-z]", "", number.casefold())
        without_kind = re.sub(r"[a-z]\d?$", "", plain)
        yield from dict.fromkeys((plain, without_kind, re.sub(r"^[a-z]{2}", "", without_kind)))
