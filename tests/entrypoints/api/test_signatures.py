from __future__ import annotations

import base64

from cryptography.hazmat.primitives import serialization
from flask.testing import FlaskClient

from tests.factories import bearer
from tests.factories import filings as filing
from tests.factories.holder import enrolled, key_pair, pem, sign, signer


def in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_a_program_enrols_a_key_signs_a_filing_and_revokes_the_key(client: FlaskClient) -> None:
    person, organisation, actor = signer("filer")
    number = filing.submitted(actor).public_id
    headers, private = bearer(person, organisation), key_pair("p256")
    asked = {"name": "Build server", "public_key": pem(private).decode()}
    begun = client.post("/api/v1/signing-keys/enrolments", json=asked, headers=headers)
    assert begun.status_code == 201
    proof = {"enrolment": begun.json["id"], "signature": in_base64(sign(private, begun.json["text"].encode()))}
    key = client.post("/api/v1/signing-keys", json=proof, headers=headers)
    assert key.status_code == 201
    assert (key.json["algorithm"], key.json["public_key"]) == ("ecdsa-p256-sha256", pem(private).decode())
    assert client.post("/api/v1/signing-keys", json=proof, headers=headers).json["code"] == "challenge_expired"

    address = f"/api/v1/filings/{number}/signatures"
    data = client.get(f"{address}/message", headers=headers).get_data()
    sent = {"key": key.json["id"], "signature": in_base64(sign(private, data))}
    for _ in range(2):
        made = client.post(address, json=sent, headers=headers)
        assert made.status_code == 201
    (found,) = client.get(address, headers=headers).json["items"]
    assert (found["person"], found["roles"], found["key"]) == (person.name, ["filer"], key.json["id"])

    ended = client.post(
        f"/api/v1/signing-keys/{key.json['id']}/revocation", json={"reason": "replaced"}, headers=headers
    )
    assert ended.json["revoked_at"]
    assert client.get("/api/v1/signing-keys", headers=headers).json["items"][0]["revoked_at"]


def test_a_weak_or_private_key_and_a_false_signature_are_errors_on_their_fields(client: FlaskClient) -> None:
    person, organisation, actor = signer()
    headers, private = bearer(person, organisation), key_pair()
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    for public_key, code in ((secret, "secret_key"), ("hello", "weak_key")):
        asked = {"name": "k", "public_key": public_key}
        refused = client.post("/api/v1/signing-keys/enrolments", json=asked, headers=headers)
        assert (refused.status_code, refused.json["code"]) == (422, code)
        assert list(refused.json["errors"]) == ["public_key"]
        assert secret.splitlines()[1] not in refused.get_data(as_text=True)
    number = filing.submitted(signer("filer", organisation=organisation)[2]).public_id
    key, _private = enrolled(actor)
    sent = {"key": key.public_id, "signature": in_base64(b"x" * 64)}
    refused = client.post(f"/api/v1/filings/{number}/signatures", json=sent, headers=headers)
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["signature"])


def test_another_organisation_learns_nothing_of_a_filings_signatures(client: FlaskClient) -> None:
    number = filing.submitted(signer("filer")[2]).public_id
    person, organisation, _ = signer()
    headers = bearer(person, organisation)
    for end in ("", "/message"):
        assert client.get(f"/api/v1/filings/{number}/signatures{end}", headers=headers).status_code == 404
