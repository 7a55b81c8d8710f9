import hashlib
import hmac
import subprocess
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from ipplatform.domain.evidence import manifest
from ipplatform.domain.evidence.formats import canonical

DOCUMENT = manifest.DocumentDigest("claims", "claims.pdf", "application/pdf", 3, "ab", "cd", "0" * 32)


def built(**changes: object) -> bytes:
    values: dict[str, object] = {
        "origin": "ip.example/log",
        "filing": "0123456789abcdef",
        "kind": "registration",
        "asset": None,
        "previous": None,
        "submitted_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "submitter": {"organisation": "x"},
        "fields": {"title": "A thing"},
        "documents": [DOCUMENT],
    }
    return manifest.build(**(values | changes))  # type: ignore[arg-type]


def test_a_manifest_holds_what_the_specification_lists() -> None:
    value = canonical.loads(built())
    assert set(value) == {
        "schema", "filing", "kind", "asset", "previous", "submitted_at", "submitter", "fields", "documents",
    }  # fmt: skip
    assert value["schema"] == "ip.example/log/manifest/v1"
    assert value["submitted_at"] == "2026-01-02T03:04:05Z"
    assert canonical.is_canonical(built())


def test_where_a_document_is_kept_stays_out_of_the_manifest() -> None:
    assert set(canonical.loads(built())["documents"][0]) == {"role", "name", "media_type", "size", "sha256", "sha512"}


def test_dates_decimals_and_sets_get_one_spelling() -> None:
    fields = {
        "filed": date(2026, 1, 2),
        "seen": datetime(2026, 1, 2, 8, 0, tzinfo=timezone(timedelta(hours=8))),
        "fee": Decimal("1E+3"),
        "territories": frozenset({"DE", "CN"}),
        "name": "e\u0301",
        "pair": (1, 2),
    }
    assert canonical.loads(built(fields=fields))["fields"] == {
        "filed": "2026-01-02",
        "seen": "2026-01-02T00:00:00Z",
        "fee": "1000",
        "territories": ["CN", "DE"],
        "name": "\u00e9",
        "pair": [1, 2],
    }


def test_a_float_is_refused() -> None:
    with pytest.raises(canonical.CanonicalError):
        built(fields={"price": 0.1})


def test_the_commitment_is_what_openssl_computes(tmp_path: Path) -> None:
    salt, data = bytes(range(32)), built()
    file = tmp_path / "manifest.json"
    file.write_bytes(data)
    command = ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{salt.hex()}", str(file)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert printed.split()[-1] == manifest.commit(salt, data).hex()
    assert manifest.commit(salt, data) == hmac.digest(salt, data, hashlib.sha256)
