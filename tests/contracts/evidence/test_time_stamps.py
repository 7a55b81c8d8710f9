"""The stamps of a bundle in the hands of openssl and of rfc3161-client, each with the root from elsewhere."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

from tests.authorities import Authority, MakeAuthority
from tests.contracts.evidence.conftest import Evidence

TOKEN, STAMPED, ROOTS = "bundle/time/north.tsr", "bundle/time/checkpoint.txt", "roots.pem"


def rfc3161_client(folder: Path) -> bool:
    [root] = x509.load_pem_x509_certificates((folder / ROOTS).read_bytes())
    verifier = VerifierBuilder().add_root_certificate(root).build()
    try:
        response = decode_timestamp_response((folder / TOKEN).read_bytes())
        return verifier.verify_message(response, (folder / STAMPED).read_bytes())
    except (VerificationError, ValueError):
        return False


def openssl(folder: Path) -> bool:
    command = f"openssl ts -verify -data {STAMPED} -in {TOKEN} -CAfile {ROOTS}"
    ended = subprocess.run(command.split(), cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert ("Verification: OK" in ended.stdout) == (ended.returncode == 0)
    return ended.returncode == 0


VERIFIERS = pytest.mark.parametrize("verifies", [rfc3161_client, openssl])


def another_head(folder: Path, stranger: Authority) -> None:
    path = folder / STAMPED
    path.write_bytes((folder / "older/checkpoint").read_bytes())


def another_byte_in_what_was_stamped(folder: Path, stranger: Authority) -> None:
    data = bytearray((folder / STAMPED).read_bytes())
    data[30] ^= 1
    (folder / STAMPED).write_bytes(data)


def another_byte_in_the_time(folder: Path, stranger: Authority) -> None:
    """The last digit of the seconds in the token's genTime."""
    data = bytearray((folder / TOKEN).read_bytes())
    moment = decode_timestamp_response(bytes(data)).tst_info.gen_time
    place = data.index(moment.strftime("%Y%m%d%H%M%SZ").encode()) + 13
    data[place] ^= 1
    (folder / TOKEN).write_bytes(data)


def another_byte_in_the_signature(folder: Path, stranger: Authority) -> None:
    data = bytearray((folder / TOKEN).read_bytes())
    data[-1] ^= 1
    (folder / TOKEN).write_bytes(data)


def another_root(folder: Path, stranger: Authority) -> None:
    (folder / ROOTS).write_bytes(stranger.root_file.read_bytes())


@VERIFIERS
def test_a_stamp_verifies_over_the_head_in_the_bundle(evidence: Evidence, verifies: Callable[[Path], bool]) -> None:
    assert verifies(evidence.folder)


@VERIFIERS
@pytest.mark.parametrize(
    "tamper",
    [another_head, another_byte_in_what_was_stamped, another_byte_in_the_time, another_byte_in_the_signature,
     another_root],
)  # fmt: skip
def test_a_tampered_twin_is_refused(
    evidence: Evidence,
    make_authority: MakeAuthority,
    tmp_path: Path,
    verifies: Callable[[Path], bool],
    tamper: Callable[[Path, Authority], None],
) -> None:
    twin = evidence.copy(tmp_path / "twin")
    tamper(twin, make_authority("stranger"))
    assert not verifies(twin)
