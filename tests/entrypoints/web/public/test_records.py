from __future__ import annotations

import io
import zipfile

import pytest
from flask.testing import FlaskClient

from ipplatform.domain.evidence import keys, sequencer, verify
from ipplatform.domain.evidence.bundle.reader import Bundle
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.ids import display_id
from tests.conftest import SignIn
from tests.factories import make_organisation, member, office_person
from tests.factories.evidence import make_record, make_records, stored_document
from tests.statements import statements


@pytest.fixture
def filed(client: FlaskClient) -> Record:
    make_records(3)
    record = make_record(
        organisation_id=make_organisation("Makers of Secret Valves").id,
        fields={"title": "Secret valve"},
        submitter={"organisation": "Makers of Secret Valves"},
        documents=[stored_document(b"secret claims")],
    )
    sequencer.run_once()
    return record


def names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return opened.namelist()


def test_anybody_sees_the_proof_and_nothing_of_the_filing(client: FlaskClient, filed: Record) -> None:
    address = f"/records/{filed.public_id}"
    with statements() as sent:
        page = client.get(address)
    assert page.status_code == 200
    assert filed.commitment.hex() in page.text
    assert "c2sp.org/tlog-proof@v1" in page.text
    assert "ecret" not in page.text.replace("What stays secret", "")
    assert len(sent) <= 6


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Number 3 (numbers begin at 0; 4 in all)"),
        ("zh", "第 3 号（编号从 0 开始，共 4 个条目）"),
    ],
)
def test_the_place_does_not_read_as_if_an_entry_were_missing(
    client: FlaskClient, filed: Record, language: str, said: str
) -> None:
    assert said in client.get(f"/records/{filed.public_id}", headers={"Accept-Language": language}).text


def test_the_number_may_be_written_as_people_read_it(client: FlaskClient, filed: Record) -> None:
    assert client.get(f"/records/{display_id(filed.public_id)}").status_code == 200


def test_a_pending_record_says_that_it_waits(client: FlaskClient) -> None:
    record = make_record()
    page = client.get(f"/records/{record.public_id}")
    assert "awaiting inclusion" in page.text
    assert client.get(f"/filings/{record.public_id}/evidence").status_code == 409


def test_an_unknown_record_is_not_found(client: FlaskClient) -> None:
    for address in ("/records/0000000000000000", "/records/x", "/filings/0000000000000000/evidence"):
        assert client.get(address).status_code == 404


def test_strangers_download_the_public_part_only(client: FlaskClient, filed: Record, sign_in: SignIn) -> None:
    stranger, organisation = member("filer")
    for visitor in (client, sign_in(client, stranger, organisation)):
        answer = visitor.get(f"/filings/{filed.public_id}/evidence")
        assert answer.mimetype == "application/zip"
        assert not [name for name in names(answer.data) if name.startswith("filing/")]


def test_the_holder_downloads_everything_and_it_verifies(client: FlaskClient, filed: Record, sign_in: SignIn) -> None:
    from ipplatform.domain.accounts.models import Organisation
    from ipplatform.foundation.db import db

    holder, organisation = member("viewer", organisation=db.session.get(Organisation, filed.organisation_id))
    answer = sign_in(client, holder, organisation).get(f"/filings/{filed.public_id}/evidence")
    assert "filing/001-claims.pdf" in names(answer.data)
    assert display_id(filed.public_id) in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]
    with Bundle(io.BytesIO(answer.data)) as opened:
        assert verify.outcome(list(verify.verify(opened, keys.policy()))) == verify.VERIFIED


@pytest.mark.parametrize("role", ["administrator", "registrar", "auditor"])
def test_the_office_gets_no_content_here_where_no_read_is_recorded(
    client: FlaskClient, filed: Record, sign_in: SignIn, role: str
) -> None:
    answer = sign_in(client, office_person(role)).get(f"/filings/{filed.public_id}/evidence")
    assert not [name for name in names(answer.data) if name.startswith("filing/")]
