"""Every page people come to, filled by the demo: looked at in both widths and asked by axe."""

from __future__ import annotations

import sqlite3

import pytest

from tests.journeys.conftest import Visit
from tests.journeys.server import Service

pytestmark = pytest.mark.browser

PUBLIC = {
    "home": "/",
    "about": "/about",
    "privacy": "/privacy",
    "sign-in": "/account/sign-in",
    "sign-up": "/account/sign-up",
    "search": "/search",
    "search-words": "/search?q=electrolyte+film",
    "search-nothing": "/search?q=zzzzqqq",
    "listing": "/listings/{listing}",
    "register": "/register/{asset}",
    "record": "/records/{record}",
    "log": "/log",
    "verify": "/verify",
    "api": "/api",
    "missing": "/listings/0000000000000000",
}
HOLDER = {
    "home": "/home",
    "filings": "/filings",
    "filing-new": "/filings/new",
    "filing-registered": "/filings/{filing}",
    "filing-draft": "/filings/{draft}",
    "filing-check": "/filings/{draft}/check",
    "filing-documents": "/filings/{draft}/documents",
    "filing-owners": "/filings/{draft}/tasks/owners",
    "assets": "/assets",
    "import": "/assets/import",
    "listings": "/market/listings",
    "listing": "/market/listings/{listing}",
    "listing-edit": "/market/listings/{listing}/edit",
    "interest": "/market/interest",
    "needs": "/market/needs",
    "need": "/market/needs/{need}",
    "need-edit": "/market/needs/{need}/edit",
    "matches": "/market/needs/{need}/matches",
    "negotiations": "/negotiations",
    "negotiation": "/negotiations/{negotiation}",
    "offer": "/negotiations/{negotiation}/offer",
    "agreements": "/agreements",
    "agreement": "/agreements/{agreement}",
    "organisation": "/account/organisation",
    "profile": "/account/profile",
    "tokens": "/account/tokens",
}
OWN = "(SELECT organisation_id FROM membership JOIN person ON person.id = person_id WHERE email = :email)"
PLACES = {
    "listing": f"SELECT public_id FROM listing WHERE organisation_id IN {OWN} AND status = 'published' LIMIT 1",
    "asset": f"SELECT public_id FROM asset WHERE organisation_id IN {OWN} LIMIT 1",
    "record": f"SELECT public_id FROM evidence_record WHERE organisation_id IN {OWN} LIMIT 1",
    "filing": f"SELECT public_id FROM filing WHERE organisation_id IN {OWN} AND status = 'registered' LIMIT 1",
    "draft": f"SELECT public_id FROM filing WHERE organisation_id IN {OWN} AND status = 'draft' LIMIT 1",
    "need": f"SELECT public_id FROM need WHERE organisation_id IN {OWN} LIMIT 1",
    "negotiation": "SELECT public_id FROM negotiation WHERE state IN ('inquiry', 'offered', 'agreed') AND"
    f" (licensor_organisation_id IN {OWN} OR licensee_organisation_id IN {OWN}) ORDER BY state DESC LIMIT 1",
    "agreement": f"SELECT public_id FROM agreement WHERE licensor_organisation_id IN {OWN}"
    f" OR licensee_organisation_id IN {OWN} LIMIT 1",
}
OFFICE = {
    "registrar@demo.example": {"queue": "/office/queue", "case": "/office/filings/{case}"},
    "auditor@demo.example": {"audit": "/office/audit", "audit-record": "/office/audit/records/{record}"},
    "administrator@demo.example": {"people": "/admin/people", "person": "/admin/people/{person}"},
}


def places(service: Service, email: str) -> dict[str, str]:
    """Ids of what the person's organisation has, for the addresses above."""
    with sqlite3.connect(service.database) as connection:
        found = {name: connection.execute(query, {"email": email}).fetchone() for name, query in PLACES.items()}
        case = connection.execute("SELECT public_id FROM filing WHERE status = 'under_examination'").fetchone()
        record = connection.execute("SELECT public_id FROM evidence_record ORDER BY id DESC").fetchone()
        person = connection.execute("SELECT public_id FROM person WHERE email = ?", ("owner@demo.example",)).fetchone()
    return {"record": record[0], "case": case[0], "person": person[0]} | {
        name: row[0] for name, row in found.items() if row
    }


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_public_pages(visit: Visit, service: Service, locale: str) -> None:
    somebody = visit(f"public-{locale[:2]}", locale=locale)
    for name, path in PUBLIC.items():
        somebody.go(path.format(**places(service, "university@demo.example")))
        somebody.look(name)


@pytest.mark.parametrize(("email", "locale"), [("owner@demo.example", "en-GB"), ("zhanqiao@demo.example", "zh-CN")])
def test_pages_of_a_holder(visit: Visit, service: Service, email: str, locale: str) -> None:
    owner = visit(f"holder-{locale[:2]}", locale=locale)
    owner.sign_in(email)
    for name, path in HOLDER.items():
        owner.go(path.format(**places(service, email)))
        owner.look(name)


@pytest.mark.parametrize("email", OFFICE)
def test_pages_of_the_office(visit: Visit, service: Service, email: str) -> None:
    officer = visit(email.split("@", maxsplit=1)[0])
    officer.sign_in(email)
    for name, path in OFFICE[email].items():
        officer.go(path.format(**places(service, email)))
        officer.look(name)
