from __future__ import annotations

import io

from cryptography.hazmat.primitives import serialization
from flask.testing import FlaskClient

from ipplatform.domain.evidence import queries
from ipplatform.domain.evidence.holder import queries as holder
from tests.conftest import SignIn
from tests.factories import filings as filing
from tests.factories import office_person
from tests.factories.holder import enrolled, key_pair, pem, sign, signed, signer


def test_the_public_learns_only_that_there_is_a_signature(client: FlaskClient, sign_in: SignIn) -> None:
    person, organisation, actor = signer("filer")
    found = filing.submitted(actor)
    record = queries.record_by_filing(found.public_id)
    assert record is not None
    key, _private = (pair := enrolled(actor, name="Key in the safe"))
    before = client.get(f"/records/{found.public_id}").get_data(as_text=True)
    signed(actor, record, *pair)
    public = client.get(f"/records/{found.public_id}").get_data(as_text=True)
    assert "Signed by the holder" not in before
    assert "With 1 key of their own" in public
    for secret in (person.name, organisation.name, "Key in the safe", key.spki_sha256.hex()):
        assert secret not in public
    holders = sign_in(client, person, organisation).get(f"/filings/{found.public_id}").get_data(as_text=True)
    assert "Key in the safe" in holders
    auditors = sign_in(client, office_person("auditor")).get(f"/office/audit/records/{found.public_id}")
    assert person.name in auditors.get_data(as_text=True)


def test_a_private_key_uploaded_by_mistake_is_not_sent_back(client: FlaskClient, sign_in: SignIn) -> None:
    person, organisation, _ = signer()
    sign_in(client, person, organisation)
    secret = key_pair().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pasted = client.post("/account/signing-keys/uploads", data={"name": "Mine", "public_key": secret.decode()})
    file = {"name": "Mine", "public_key_file": (io.BytesIO(secret), "key.pem")}
    uploaded = client.post("/account/signing-keys/uploads", data=file)
    for answer in (pasted, uploaded):
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "This is a private key. Keep it secret" in page
        assert secret.decode().splitlines()[1] not in page
        assert 'value="Mine"' in page


def test_a_key_is_enrolled_and_signs_through_the_pages(client: FlaskClient, sign_in: SignIn) -> None:
    person, organisation, actor = signer("filer")
    found, private = filing.submitted(actor), key_pair("p384")
    sign_in(client, person, organisation)
    begun = client.post("/account/signing-keys/uploads", data={"name": "Mine", "public_key": pem(private).decode()})
    page = client.get(begun.location).get_data(as_text=True)
    assert "openssl dgst -sha384 -sign key.pem -out to-sign.sig to-sign.txt" in page
    text = client.get(f"{begun.location}/text").get_data()
    for data, status in ((b"another text", 422), (text, 303)):
        sent = {"signature_file": (io.BytesIO(sign(private, data)), "to-sign.sig")}
        assert client.post(begun.location, data=sent).status_code == status
    address = f"/filings/{found.public_id}/signatures"
    assert "With Mine" in client.get(address).get_data(as_text=True)
    (key,) = holder.keys_of(organisation_id=organisation.id)
    for data, status in ((text, 422), (client.get(f"{address}/message").get_data(), 303)):
        sent = {"key": key.public_id, "signature_file": (io.BytesIO(sign(private, data)), "to-sign.sig")}
        assert client.post(address, data=sent).status_code == status
