"""The demo's words, before anything is loaded."""

from __future__ import annotations

from collections import Counter

import pytest

from ipplatform.demo import people, reading, registering
from ipplatform.demo.documents import documents_of
from ipplatform.domain.accounts import rules
from ipplatform.domain.filings import kinds
from ipplatform.domain.filings.rules.assessment import assess
from ipplatform.foundation.clock import today

ASSETS = reading.assets()
SUBMITTED = [reference for reference, asset in ASSETS.items() if registering.outcome_of(asset) != "draft"]
DEALS = reading.dealings()["deals"]


def test_there_are_a_dozen_companies_and_forty_odd_assets_of_every_kind_in_both_languages() -> None:
    assert len(reading.companies()) == 12
    assert 40 <= len(ASSETS) <= 60
    assert {asset["kind"] for asset in ASSETS.values()} == set(kinds.registry())
    languages = Counter(asset["language"] for asset in ASSETS.values())
    assert min(languages["en"], languages["zh"]) >= 20
    assert sum("listing" in asset for asset in ASSETS.values()) >= 25
    assert sum(len(company.get("needs", [])) for company in reading.companies().values()) >= 8


@pytest.mark.parametrize("reference", SUBMITTED)
def test_every_application_is_complete(app: object, reference: str) -> None:
    asset = ASSETS[reference]
    kind = kinds.of(asset["kind"])
    roles = Counter(made.role for made in documents_of(asset))
    fields = registering.fields_of(reference.split("/", maxsplit=1)[0], asset)
    found = assess(kind=kind, raw=fields, documents=roles, filed_on=today())
    assert [str(problem.message) for problem in found.problems] == []


@pytest.mark.parametrize("slug", reading.companies())
def test_every_company_has_a_well_formed_number(slug: str) -> None:
    company = reading.companies()[slug]
    rules.normalise_identifier(company["identifier_scheme"], company["identifier"])


def test_no_two_people_share_an_address_and_all_are_of_the_demo() -> None:
    addresses = [one["email"] for company in reading.companies().values() for one in company["people"]]
    addresses += [one["email"] for one in reading.office()]
    assert len(addresses) == len(set(addresses))
    assert all(address.endswith("@demo.example") for address in addresses)
    assert {address for address, _who in people.SIGN_INS} <= set(addresses)


def test_the_password_passes_its_own_rule() -> None:
    assert rules.password_faults(people.PASSWORD) == []


@pytest.mark.parametrize("place", range(len(DEALS)))
def test_every_deal_is_about_a_listed_asset_of_another_company(place: int) -> None:
    deal = DEALS[place]
    assert "listing" in ASSETS[deal["asset"]]
    assert deal["asset"].split("/")[0] != deal["licensee"]
    assert deal["licensee"] in reading.companies()


def test_no_file_of_a_company_is_forgotten() -> None:
    files = {path.stem for path in (reading.CONTENT / "companies").glob("*.toml")}
    assert files == set(reading.companies())
