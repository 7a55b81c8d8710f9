from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask

from config import Settings
from ipplatform.domain.evidence import keyring, keys, signer
from ipplatform.domain.evidence.formats import note
from ipplatform.foundation import keyfile


def test_a_new_address_of_the_service_is_published_in_the_policy(app: Flask, settings: Settings) -> None:
    published = settings.log_dir / keys.POLICY_FILE
    app.config["SETTINGS"] = replace(settings, base_url="https://register.example")
    keys.ensure()
    assert "https://register.example/log" in published.read_text()
    assert published.read_text() == keys.policy().text


def test_a_policy_with_another_key_is_left_for_the_audit_to_find(app: Flask, settings: Settings) -> None:
    published = settings.log_dir / keys.POLICY_FILE
    forged = published.read_text().replace("quorum none", "# no quorum\nquorum none").replace("+", "+0", 1)
    published.write_text(forged)
    app.config["SETTINGS"] = replace(settings, base_url="https://register.example")
    keys.ensure()
    assert published.read_text() == forged
    assert not keys.demands_what_it_should(published.read_bytes())


def test_another_address_alone_is_no_finding(app: Flask, settings: Settings) -> None:
    app.config["SETTINGS"] = replace(settings, base_url="https://register.example")
    assert keys.demands_what_it_should((settings.log_dir / keys.POLICY_FILE).read_bytes())


def test_key_files_are_sealed_readable_by_their_owner_only_and_made_once(app: Flask, settings: Settings) -> None:
    for purpose in keyring.ALGORITHMS:
        path = settings.keys_dir / f"{purpose}.key.json"
        before = path.read_bytes()
        assert path.stat().st_mode & 0o777 == 0o600
        seed = keyfile.read(path, purpose=purpose)
        assert seed.hex().encode() not in before
        assert seed not in before
        keys.ensure()
        assert path.read_bytes() == before
    assert len({keyring.load(purpose).public for purpose in keyring.ALGORITHMS}) == len(keyring.ALGORITHMS)


def test_a_key_opens_only_with_its_passphrase_for_its_purpose_and_unchanged(app: Flask, settings: Settings) -> None:
    path = settings.keys_dir / "log-ed25519.key.json"
    (settings.keys_dir / "audit-ed25519.key.json").write_bytes(path.read_bytes())
    with pytest.raises(keyfile.KeyFileError, match="one key serves one purpose"):
        keyring.load("audit-ed25519")
    value = json.loads(path.read_bytes())
    for name in ("public", "salt", "nonce", "sealed"):
        changed = value | {name: ("00" if value[name][:2] != "00" else "01") + value[name][2:]}
        path.write_text(json.dumps(changed))
        with pytest.raises(keyfile.KeyFileError):
            keyring.load("log-ed25519")
    path.write_text(json.dumps(value))
    settings.key_passphrase_file.write_text("another passphrase\n")
    with pytest.raises(keyfile.KeyFileError, match="passphrase"):
        keyring.load("log-ed25519")
    settings.key_passphrase_file.unlink()
    with pytest.raises(keyfile.KeyFileError, match="missing"):
        keys.ensure()


@pytest.mark.parametrize("change", [{"n": 2**30}, {"n": 3}, {"kdf": "none"}, {"version": 2}, {"sealed": 5}])
def test_parameters_this_service_does_not_write_are_refused_before_any_work(
    app: Flask, settings: Settings, change: dict[str, object]
) -> None:
    path = settings.keys_dir / "log-ed25519.key.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | change))
    with pytest.raises(keyfile.KeyFileError):
        keyring.load("log-ed25519")


def test_a_log_from_before_encryption_and_ml_dsa_keeps_its_key_and_gains_both(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    for path in settings.keys_dir.glob("log*"):
        path.unlink()
    old = Ed25519PrivateKey.generate()
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (settings.keys_dir / "log-ed25519.pem").write_bytes(old.private_bytes(*plain))
    vkey = note.VerifierKey(settings.origin, 1, old.public_key().public_bytes_raw()).vkey
    (settings.keys_dir / "log.vkeys").write_text(f"{vkey}\n")
    signer.remember(signer.Head(7, b"r" * 32))
    keys.ensure()
    assert not (settings.keys_dir / "log-ed25519.pem").exists()
    assert keys.log_keys()[0].key.vkey == vkey
    assert [(item.since, item.until) for item in keys.log_keys()] == [(0, None), (8, None)]
    assert len(keys.verifier_keys(8)) == 2
    assert [key.public for key in keys.signing_keys(8)] == [key.public for key in keys.verifier_keys()]


def test_a_checkpoint_from_before_ml_dsa_is_asked_for_the_keys_of_its_time(app: Flask, settings: Settings) -> None:
    ed25519, mldsa = keys.log_keys()
    keys.write_log_keys((ed25519, replace(mldsa, since=8)))
    assert keys.verifier_keys(7) == (ed25519.key,)
    with pytest.raises(keys.KeyProblem):
        keys.write_log_keys((ed25519,))
        keys.verifier_keys()
