from __future__ import annotations

import base64
import io
import zipfile

from flask.testing import FlaskClient

from config import Settings
from ipplatform.domain.evidence import keys, sequencer
from ipplatform.domain.evidence.formats import checkpoint, merkle
from tests.factories import bearer, member
from tests.factories.evidence import make_record, stored_document


def test_a_program_gets_proof_and_bundle_of_its_filing(client: FlaskClient, settings: Settings) -> None:
    person, organisation = member("filer")
    headers = bearer(person, organisation)
    record = make_record(organisation_id=organisation.id, documents=[stored_document(b"claims")])
    waiting = client.get(f"/api/v1/filings/{record.public_id}/proof", headers=headers).json
    assert (waiting["state"], waiting["path"], waiting["checkpoint"]) == ("awaiting", [], None)
    assert client.get(f"/api/v1/filings/{record.public_id}/evidence", headers=headers).status_code == 409
    sequencer.run_once()
    proof = client.get(f"/api/v1/filings/{record.public_id}/proof", headers=headers).json
    head = checkpoint.open_signed(proof["checkpoint"].encode(), settings.origin, keys.verifier_keys())
    path = [base64.b64decode(item) for item in proof["path"]]
    merkle.verify_inclusion(merkle.leaf_hash(proof["entry"].encode()), proof["index"], head.size, path, head.root)
    bundle = client.get(f"/api/v1/filings/{record.public_id}/evidence", headers=headers)
    assert bundle.mimetype == "application/zip"
    assert "filing/manifest.json" in zipfile.ZipFile(io.BytesIO(bundle.data)).namelist()


def test_a_strangers_program_gets_the_public_part(client: FlaskClient) -> None:
    record = make_record(organisation_id=member()[1].id)
    sequencer.run_once()
    bundle = client.get(f"/api/v1/filings/{record.public_id}/evidence", headers=bearer(*member("filer")))
    assert "filing/manifest.json" not in zipfile.ZipFile(io.BytesIO(bundle.data)).namelist()


def test_without_a_token_or_filing_there_is_a_problem(client: FlaskClient) -> None:
    record = make_record()
    assert client.get(f"/api/v1/filings/{record.public_id}/proof").status_code == 401
    missing = client.get("/api/v1/filings/0000000000000000/evidence", headers=bearer(*member("filer")))
    assert missing.status_code == 404
    assert missing.mimetype == "application/problem+json"
