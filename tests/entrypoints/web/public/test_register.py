"""The public register page: what anybody sees of an asset, and what nobody else may."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from ipplatform.domain.assets import documents, services
from ipplatform.domain.assets.importing import runs
from ipplatform.domain.assets.models import Asset, Document
from ipplatform.domain.evidence import sequencer
from ipplatform.foundation import jobs, storage
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.ids import display_id
from tests.conftest import SignIn
from tests.factories import actor_of, member
from tests.factories.assets import grant_xml, make_asset
from tests.statements import statements


@pytest.fixture
def imported(app: Flask) -> Asset:
    person, organisation = member("filer")
    with transaction():
        stream = io.BytesIO(grant_xml().encode())
        runs.upload(actor=actor_of(person, organisation), organisation=organisation, stream=stream, name="a.xml")
    jobs.run_all()
    return db.session.scalars(select(Asset)).one()


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_anybody_reads_an_entry(client: FlaskClient, imported: Asset) -> None:
    answer = client.get(f"/register/{imported.public_id}")
    assert answer.status_code == 200
    said = text_of(answer.text)
    for words in (
        "Cooling plate for battery cells",
        "US 7,000,001 B1",
        "US 15/000,001",
        "Northfield Cells Ltd",
        "United Kingdom",
        "H01M 10/0525",
        "Electricity",
        "A plate with channels carries heat away.",
        "1 claim",
        "maintenance fees",
        "May 2, 2037",
        "Recorded, awaiting inclusion",
    ):
        assert words in said


def test_the_address_may_be_typed_as_it_is_printed(client: FlaskClient, imported: Asset) -> None:
    assert client.get(f"/register/{display_id(imported.public_id)}").status_code == 200


def test_the_history_shows_when_a_record_is_in_the_log(client: FlaskClient, imported: Asset) -> None:
    db.session.commit()
    sequencer.run_once()
    page = client.get(f"/register/{imported.public_id}").text
    assert "In the signed log" in text_of(page)
    assert re.search(r'href="/records/[0-9a-z]{16}"', page)


def test_the_offices_document_can_be_had_by_anybody(client: FlaskClient, imported: Asset) -> None:
    page = client.get(f"/register/{imported.public_id}").text
    (address,) = re.findall(r'href="(/register/\w+/documents/\w+)"', page)
    answer = client.get(address)
    assert answer.data == grant_xml().strip().encode()
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''US7000001B1.xml"
    assert answer.headers["Content-Type"] == "application/xml"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_damaged_document_is_an_error_and_not_half_a_file(client: FlaskClient, imported: Asset) -> None:
    document = db.session.scalars(select(Document).where(Document.name == "US7000001B1.xml")).one()
    path = storage.path_of(document.storage_key)
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    address = f"/register/{imported.public_id}/documents/{document.public_id}"
    assert client.get(address).status_code == 409
    path.unlink()
    assert client.get(address).status_code == 409


def test_documents_of_other_assets_and_unpublished_ones_are_not_given(client: FlaskClient, imported: Asset) -> None:
    person, organisation = member("filer")
    asset = make_asset(organisation)
    with transaction():
        document = documents.receive(
            actor=actor_of(person, organisation), stream=[b"secret"], name="s.txt", organisation_id=organisation.id
        )
        services.add_document(asset, document, role="description", is_public=False)
        public_id = document.public_id
    for holder in (asset.public_id, imported.public_id):
        assert client.get(f"/register/{holder}/documents/{public_id}").status_code == 404
    assert "s.txt" not in client.get(f"/register/{asset.public_id}").text


def test_members_of_the_holder_get_its_unpublished_documents(app: Flask, client: FlaskClient, sign_in: SignIn) -> None:
    person, organisation = member("filer")
    asset = make_asset(organisation)
    with transaction():
        document = documents.receive(
            actor=actor_of(person, organisation), stream=[b"secret"], name="说明.txt", organisation_id=organisation.id
        )
        services.add_document(asset, document, role="description", is_public=False)
        public_id = document.public_id
    sign_in(client, person, organisation)
    answer = client.get(f"/register/{asset.public_id}/documents/{public_id}")
    assert answer.data == b"secret"
    assert "filename*=UTF-8''%E8%AF%B4%E6%98%8E.txt" in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("status", ["pending", "refused"])
def test_an_undecided_entry_does_not_exist_for_the_public(
    app: Flask, client: FlaskClient, sign_in: SignIn, status: str
) -> None:
    person, organisation = member("viewer")
    asset = make_asset(organisation, status=status)
    assert client.get(f"/register/{asset.public_id}").status_code == 404
    sign_in(client, person, organisation)
    own = client.get(f"/register/{asset.public_id}")
    assert own.status_code == 200
    assert "Not public" in own.text


def test_a_trade_secrets_content_is_never_shown(app: Flask, client: FlaskClient) -> None:
    asset = make_asset(kind="trade_secret", abstract="the secret recipe", content={"claims": ["the secret claim"]})
    page = client.get(f"/register/{asset.public_id}").text
    assert asset.title in page
    assert "secret recipe" not in page
    assert "secret claim" not in page


def test_markup_in_an_offices_file_stays_text(app: Flask, client: FlaskClient) -> None:
    nasty = "<script>alert(1)</script>"
    asset = make_asset(title=nasty, abstract=nasty, content={"claims": [nasty]})
    page = client.get(f"/register/{asset.public_id}").text
    assert nasty not in page
    assert "&lt;script&gt;" in page


def test_a_very_long_title_is_shown_whole_once(app: Flask, client: FlaskClient) -> None:
    asset = make_asset(title="长" * 10_000)
    page = client.get(f"/register/{asset.public_id}").text
    assert page.count("长" * 10_000) == 1


@pytest.mark.parametrize("reference", ["nothing", "0" * 16, "%00", "a" * 300])
def test_what_is_no_entry_is_not_found(client: FlaskClient, reference: str) -> None:
    assert client.get(f"/register/{reference}").status_code == 404


def test_chinese_readers_get_chinese_words(client: FlaskClient, imported: Asset) -> None:
    answer = client.get(f"/register/{imported.public_id}", headers={"Accept-Language": "zh-CN"})
    assert '<html lang="zh-Hans">' in answer.text


def test_the_page_costs_the_same_however_much_there_is(app: Flask, client: FlaskClient, imported: Asset) -> None:
    client.get(f"/register/{imported.public_id}")
    with statements() as few:
        client.get(f"/register/{imported.public_id}")
    with transaction():
        asset = db.session.get_one(Asset, imported.id)
        asset.parties.extend(services.party_rows([]))
        for place in range(5):
            document = documents.keep(
                organisation_id=asset.organisation_id, name=f"{place}.txt", media_type="text/plain", chunks=[b"x"]
            )
            services.add_document(asset, document, role="drawing", is_public=True)
    with statements() as many:
        client.get(f"/register/{imported.public_id}")
    assert len(many) == len(few) <= 8
