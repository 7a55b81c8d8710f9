"""Owners, inventors and agents of a USPTO document.

Until 2012 the applicants are the inventors; since the America Invents Act an applicant may be a company, and
inventors stand in a list of their own. The owner is the assignee printed on the patent, where there is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ipplatform.domain.assets.reading.uspto_document import Reading
from ipplatform.domain.assets.reading.xml import Element
from ipplatform.domain.assets.rules import equal_shares
from ipplatform.domain.assets.values import PartyValue

Named = tuple[str, str]
UNKNOWN_OWNER = "—"
LONGEST_NAME = 500


def read(reading: Reading) -> tuple[PartyValue, ...]:
    """Owners with shares adding to 1, then inventors and agents; what had to be presumed is remarked."""
    inventors = _inventors(reading)
    owners = _owners(reading, inventors)
    if len(owners) > 1:
        reading.remark("shares_presumed", owners=len(owners))
    shares: list[Fraction] = equal_shares(len(owners))
    return (
        *(PartyValue("owner", name, country, share) for (name, country), share in zip(owners, shares, strict=True)),
        *(PartyValue("inventor", name, country) for name, country in inventors),
        *(PartyValue("agent", name, country) for name, country in _agents(reading)),
    )


def _owners(reading: Reading, inventors: list[Named]) -> list[Named]:
    if assignees := _named(reading, "assignees/assignee"):
        return assignees
    companies = _companies_applying(reading)
    if companies:
        reading.remark("applicant_owner")
        return companies
    if inventors:
        reading.remark("no_owner")
        return inventors
    reading.remark("no_party")
    return [(UNKNOWN_OWNER, "")]


def _inventors(reading: Reading) -> list[Named]:
    """Listed inventors; before 2013 the applicants, unless they applied for a deceased or absent inventor."""
    listed = _named(reading, "us-parties/inventors/inventor") + _named(
        reading, "us-parties/inventors/deceased-inventor"
    )
    if listed:
        return listed
    found = [
        *reading.bibliography.iterfind("parties/applicants/applicant"),
        *reading.bibliography.iterfind("parties/inventors/inventor"),
    ]
    kept = [party for party in found if party.get("app-type", "applicant-inventor").startswith("applicant-inventor")]
    return _distinct(_read_all(reading, kept or found))


def _companies_applying(reading: Reading) -> list[Named]:
    found = reading.bibliography.iterfind("us-parties/us-applicants/us-applicant")
    return _distinct(_read_all(reading, [party for party in found if party.find(".//orgname") is not None]))


def _agents(reading: Reading) -> list[Named]:
    return _named(reading, "us-parties/agents/agent") or _named(reading, "parties/agents/agent")


def _named(reading: Reading, path: str) -> list[Named]:
    return _distinct(_read_all(reading, list(reading.bibliography.iterfind(path))))


def _read_all(reading: Reading, parties: list[Element]) -> Iterator[Named]:
    for party in parties:
        name = _name(reading, party)
        if name:
            yield name[:LONGEST_NAME], _country(reading, party)


def _name(reading: Reading, party: Element) -> str:
    """The organisation's name, else first and last name; some assignees carry it without an address book."""
    book = party.find("addressbook")
    source = book if book is not None else party
    organisation = reading.text_in(source, "orgname") or reading.text_in(source, "name")
    given = (reading.text_in(source, part) for part in ("first-name", "middle-name", "last-name", "suffix"))
    return organisation or " ".join(part for part in given if part)


def _country(reading: Reading, party: Element) -> str:
    for path in ("addressbook/address/country", "residence/country", "nationality/country"):
        code = reading.text_in(party, path).upper()
        if len(code) == 2 and code.isalpha() and code.isascii():
            return code
    return ""


def _distinct(names: Iterator[Named]) -> list[Named]:
    return list(dict.fromkeys(names))
