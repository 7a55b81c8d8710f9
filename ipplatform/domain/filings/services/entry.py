"""From an application found in order to an entry of the register."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ipplatform.domain.assets import services as assets
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.assets.values import ClassValue, PartyValue
from ipplatform.domain.filings import kinds, queries
from ipplatform.domain.filings.definition import Kind
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.filings.rules.assessment import read_task
from ipplatform.domain.filings.rules.shares import parse_share
from ipplatform.foundation import settings

APART = ("title", "language", "abstract", "inventors", "owners", "classes", "claims")


def enter_in_register(case: Filing, latest: Filing, decided_at: datetime) -> Asset:
    """Register the asset of `case` as its latest submission says, with the documents the public may read."""
    kind, content = kinds.of(case.asset_kind), latest.content or {}
    asset = assets.register(
        status="in_force",
        parties=parties(case, content),
        classifications=classes(kind, content),
        **columns(case, latest, decided_at),
    )
    for role, document in queries.attachments(latest.id):
        place = kind.role(role)
        assets.add_document(asset, document, role=role, is_public=bool(place and place.public))
    return asset


def columns(case: Filing, latest: Filing, decided_at: datetime) -> dict[str, Any]:
    """The entry's own columns, as the case and its latest submission give them."""
    assert case.submitted_at is not None
    kind, content = kinds.of(case.asset_kind), latest.content or {}
    filed_on, entered_on = _day(case.submitted_at), _day(decided_at)
    return {
        "organisation_id": case.organisation_id,
        "kind": case.asset_kind,
        "public_id": case.asset,
        "title": content["title"],
        "language": content["language"],
        "abstract": content.get("abstract", ""),
        "application_number": case.public_id,
        "registration_number": case.asset,
        "filing_date": filed_on,
        "publication_date": entered_on,
        "grant_date": entered_on,
        "expiry_date": kind.term(_values(kind, latest.fields), filed_on),
        "content": _rest(content),
    }


def classes(kind: Kind, content: dict[str, Any]) -> list[ClassValue]:
    return [ClassValue(kind.classification or "", code) for code in content.get("classes", [])]


def _day(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(settings.current().zone_timezone)).date()


def parties(case: Filing, content: dict[str, Any]) -> list[PartyValue]:
    """Owners with their shares, then inventors; an owner of the organisation's name is that organisation."""
    own = case.organisation
    owners = [
        PartyValue(
            "owner",
            owner["name"],
            owner["country"],
            parse_share(owner["share"]),
            own.id if owner["name"].casefold() == own.name.casefold() else None,
        )
        for owner in content["owners"]
    ]
    return owners + [PartyValue("inventor", one["name"], one["country"]) for one in content.get("inventors", [])]


def _values(kind: Kind, raw: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for task in kind.tasks:
        values.update(read_task(task, raw)[0])
    return values


def _rest(content: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in content.items() if name not in APART}
    return {**rest, "claims": [claim["text"] for claim in content.get("claims", [])]}
