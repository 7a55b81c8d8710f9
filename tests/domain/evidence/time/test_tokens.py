from __future__ import annotations

import random
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from ipplatform.domain.evidence.time import query, trust
from ipplatform.domain.evidence.time.errors import TokenError
from ipplatform.domain.evidence.time.trust import Material
from ipplatform.domain.evidence.time.verification import Verified, verify
from tests.authorities import POLICY, Authority, MakeAuthority

DATA = b"a checkpoint\n"
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


def material(authority: Authority, *, crl: bool = True) -> Material:
    lists = (authority.folder / "crl.pem").read_bytes() if crl else b""
    return Material(authority.root_file.read_bytes(), crls=lists)


def stamped(authority: Authority, data: bytes = DATA, hash_name: str = "sha256") -> bytes:
    return authority.answer(query.build(data, hash_name=hash_name).der)


def refused(authority: Authority, response: bytes, data: bytes = DATA, **more: object) -> str:
    with pytest.raises(TokenError) as caught:
        verify(response, data, material(authority), **more)  # type: ignore[arg-type]
    return str(caught.value)


@pytest.mark.parametrize("hash_name", ["sha256", "sha384", "sha512"])
def test_a_token_is_verified_with_its_bytes_nonce_policy_chain_and_revocation(
    make_authority: MakeAuthority, hash_name: str
) -> None:
    authority = make_authority(intermediate=True)
    asked = query.build(DATA, hash_name=hash_name, policy=POLICY)
    response = authority.answer(asked.der)
    found = verify(response, DATA, material(authority), nonce=asked.nonce, policy=POLICY)
    assert abs(found.token.gen_time - datetime.now(UTC)) < timedelta(seconds=30)
    assert found.token.accuracy == timedelta(seconds=1)
    assert [item.subject.native["common_name"] for item in found.path.certificates] == [
        "northclock",
        "northclock issuer",
        "northclock root",
    ]
    assert found.algorithms == tuple(sorted({"ec-256", "sha256", hash_name}))
    assert found.ends_at == authority.certificate.not_valid_after_utc


def test_tokens_over_other_bytes_with_another_nonce_or_policy_are_refused(authority: Authority) -> None:
    asked = query.build(DATA, hash_name="sha256")
    response = authority.answer(asked.der)
    assert "message imprint" in refused(authority, response, b"another checkpoint\n")
    assert "nonce" in refused(authority, response, nonce=asked.nonce + 1)
    assert "policy" in refused(authority, response, policy="1.2.3")


def test_a_root_of_the_same_name_with_another_key_is_not_trusted(make_authority: MakeAuthority, tmp_path: Path) -> None:
    real, forger = make_authority(), Authority(tmp_path / "forger", "northclock")
    forger.stop()
    assert "not trusted" in refused(real, stamped(forger))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"purpose": ExtendedKeyUsageOID.CODE_SIGNING}, "time stamping alone"),
        ({"critical": False}, "not critical"),
    ],
)
def test_a_certificate_that_is_not_for_time_stamping_is_refused(
    authority: Authority, change: dict[str, object], reason: str
) -> None:
    good = stamped(authority)
    signer = verify(good, DATA, material(authority)).token.signer
    trust._require_purpose(signer)
    authority.take_certificate(NOW - DAY, NOW + DAY, **change)
    bad = trust.certificates_in((authority.folder / "tsa.pem").read_bytes())[0]
    with pytest.raises(TokenError, match=reason):
        trust._require_purpose(bad)


def test_a_certificate_that_had_ended_or_not_begun_at_the_time_of_the_token_is_refused(authority: Authority) -> None:
    authority.moment = NOW + 20 * 365 * DAY
    authority.publish_crl(authority.moment - DAY, authority.moment + DAY)
    assert "not trusted" in refused(authority, stamped(authority))
    authority.moment = NOW - 60 * DAY
    authority.publish_crl(authority.moment - DAY, authority.moment + DAY)
    assert "not trusted" in refused(authority, stamped(authority))


def test_an_expired_certificate_does_not_harm_a_token_made_before(authority: Authority) -> None:
    authority.take_certificate(NOW - 900 * DAY, NOW - 100 * DAY)
    authority.moment = NOW - 300 * DAY
    authority.publish_crl(NOW - 301 * DAY, NOW - 299 * DAY)
    assert verify(stamped(authority), DATA, material(authority)).ends_at < NOW


def test_a_certificate_revoked_before_the_token_is_refused_and_one_revoked_later_is_not(authority: Authority) -> None:
    response = stamped(authority)
    authority.publish_crl(NOW - DAY, NOW + DAY, revoked_at=NOW - timedelta(hours=2))
    assert "revoked" in refused(authority, response)
    authority.publish_crl(NOW - DAY, NOW + DAY, revoked_at=NOW + timedelta(hours=2))
    assert isinstance(verify(response, DATA, material(authority)), Verified)


def test_a_revocation_list_of_another_day_or_issuer_is_refused(make_authority: MakeAuthority) -> None:
    authority, other = make_authority(), make_authority("southclock")
    response = stamped(authority)
    authority.publish_crl(NOW - 9 * DAY, NOW - 2 * DAY)
    refused(authority, response)
    with pytest.raises(TokenError):
        verify(response, DATA, Material(authority.root_file.read_bytes(), crls=material(other).crls))


def test_every_changed_byte_of_a_token_is_refused_or_leaves_what_it_says_the_same(authority: Authority) -> None:
    response, chosen = stamped(authority), random.Random(3161)
    whole = verify(response, DATA, material(authority))
    harmless = 0
    for _ in range(400):
        place = chosen.randrange(len(response))
        changed = bytearray(response)
        changed[place] ^= 1 << chosen.randrange(8)
        try:
            found = verify(bytes(changed), DATA, material(authority))
        except TokenError:
            continue
        harmless += 1
        assert (found.token.gen_time, found.token.serial) == (whole.token.gen_time, whole.token.serial)
    assert harmless < 40


@pytest.mark.parametrize("rubbish", [b"", b"\x30\x00", b"<html>", b"\x30\x80" + b"\x30\x80" * 3000, bytes(2_000_000)])
def test_what_is_no_token_is_refused(authority: Authority, rubbish: bytes) -> None:
    refused(authority, rubbish)


def test_a_rejection_says_what_the_authority_said(authority: Authority) -> None:
    assert "rejection" in refused(authority, authority.answer(b"not a request"))


def test_openssl_agrees_about_a_token_and_its_tampered_twin(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "good.tsr").write_bytes(stamped(authority))
    (tmp_path / "bad.tsr").write_bytes(stamped(authority, b"something else"))
    (tmp_path / "trusted.pem").write_bytes(authority.root_file.read_bytes() + material(authority).crls)
    command = "openssl ts -verify -data data -in {}.tsr -CAfile trusted.pem -crl_check_all"
    for name, status in (("good", 0), ("bad", 1)):
        done = subprocess.run(command.format(name).split(), cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == status, done.stderr
