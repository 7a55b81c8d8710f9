"""The log's Ed25519 key in a PKCS #11 token, here SoftHSM."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from ipplatform.domain.evidence import hardware, keys, sequencer
from ipplatform.domain.evidence.formats import checkpoint
from ipplatform.foundation.keyfile import KeyFileError
from tests.factories.evidence import make_records

MODULES = [
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    *Path("/usr/lib").glob("*/softhsm/libsofthsm2.so"),
]
ED25519_PARAMETERS = bytes.fromhex("06032b6570")
PIN = "4321"


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a new key pair in a new token. One a process: the module reads its configuration once."""
    module = next((path for path in MODULES if path.exists()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        pytest.skip("softhsm2 is not installed")
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    (folder / "pin").write_text(PIN + "\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    make = ["softhsm2-util", "--init-token", "--free", "--label", "zone", "--pin", PIN, "--so-pin", "987654"]
    subprocess.run(make, check=True, capture_output=True)
    generate_pair(module)
    return f"pkcs11:token=zone;object=log?module-path={module}&pin-source={folder / 'pin'}"


def generate_pair(module: Path) -> None:
    import pkcs11

    with pkcs11.lib(str(module)).get_token(token_label="zone").open(user_pin=PIN, rw=True) as session:
        parameters = session.create_domain_parameters(
            pkcs11.KeyType.EC_EDWARDS, {pkcs11.Attribute.EC_PARAMS: ED25519_PARAMETERS}, local=True
        )
        parameters.generate_keypair(label="log", mechanism=pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True)


def test_a_log_begins_with_its_ed25519_key_in_a_token(app: Flask, settings: Settings, token: str) -> None:
    for path in settings.keys_dir.glob("log-ed25519*"):
        path.unlink()
    (settings.keys_dir / "log.vkeys").unlink()
    (settings.log_dir / "policy").unlink()
    app.config["SETTINGS"] = replace(settings, log_key_pkcs11=token)
    keys.ensure()
    assert not list(settings.keys_dir.glob("log-ed25519*"))
    assert keys.verifier_keys()[0].public == hardware.key_at(token).public
    make_records(3)
    sequencer.run_once()
    data = (settings.log_dir / "checkpoint").read_bytes()
    assert checkpoint.open_signed(data, settings.origin, keys.verifier_keys()).size == 3
    hardware.key_at.cache_clear()


@pytest.mark.parametrize(("part", "other"), [("zone", "elsewhere"), ("object=log", "object=nothing")])
def test_a_key_that_is_not_there_says_what_was_looked_for(app: Flask, token: str, part: str, other: str) -> None:
    with pytest.raises(KeyFileError, match=other.rpartition("=")[2]):
        hardware.key_at(token.replace(part, other, 1))


@pytest.mark.parametrize(
    "address", ["", "file:x", "pkcs11:token=a;object=b", "pkcs11:token=a?module-path=m&pin-source=p"]
)
def test_an_incomplete_address_is_refused(address: str) -> None:
    with pytest.raises(KeyFileError, match="LOG_KEY_PKCS11"):
        hardware.parse(address)
