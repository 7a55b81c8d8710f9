"""The key that signs PDFs, and the certificate beside it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from config import Settings
from ipplatform.domain.evidence import keys as log_keys
from ipplatform.domain.evidence.certificate import keys
from ipplatform.foundation import clock
from ipplatform.foundation.keyfile import KeyFileError


def issued(request: bytes, *, days: int = 400) -> bytes:
    """What an authority makes of a request: the certificate, and its own behind it."""
    asked = x509.load_pem_x509_csr(request)
    name, key, now = x509.Name.from_rfc4514_string("CN=Authority"), ec.generate_private_key(ec.SECP256R1()), clock.now()
    ends = now + timedelta(days=days)
    own = x509.CertificateBuilder(name, name, key.public_key(), 1, now, ends)
    own = own.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    theirs = x509.CertificateBuilder(name, asked.subject, asked.public_key(), 2, now, ends)
    made = [builder.sign(key, hashes.SHA256()) for builder in (theirs, own)]
    return b"".join(item.public_bytes(serialization.Encoding.PEM) for item in made)


def test_setup_makes_a_pair_of_its_own_that_is_encrypted_and_never_touched_again(
    app: Flask, settings: Settings
) -> None:
    before = {path.name: path.read_bytes() for path in settings.keys_dir.iterdir()}
    assert b"PRIVATE" not in before["pdf-x509.key.json"]
    log_keys.ensure()
    assert {path.name: path.read_bytes() for path in settings.keys_dir.iterdir()} == before
    pair = keys.load()
    assert pair.certificate.not_valid_after_utc - clock.now() > timedelta(days=3640)
    usage = pair.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (True, True, False)


def test_a_new_pair_signs_and_the_old_one_stays(app: Flask, settings: Settings) -> None:
    old = keys.load()
    new = keys.create()
    assert keys.load().certificate == new
    assert keys.known() == [new, old.certificate]
    assert (settings.keys_dir / "pdf-x509-2.key.json").exists()


def test_a_certificate_of_an_authority_takes_the_place_of_our_own(app: Flask) -> None:
    taken = keys.install(issued(keys.request()))
    assert keys.load().chain[0] == taken
    assert [item.subject.rfc4514_string() for item in keys.load().chain][1] == "CN=Authority"


def test_what_does_not_fit_is_refused_and_the_old_one_goes_on(app: Flask, settings: Settings) -> None:
    before = keys.load().chain
    request = keys.request()
    first, second = issued(request), issued(request)
    own = second[second.index(b"-----BEGIN", 10) :]
    with pytest.raises(KeyFileError, match="did not issue"):
        keys.install(first[: first.index(b"-----BEGIN", 10)] + own)
    with pytest.raises(KeyFileError, match="another key"):
        keys.install(own)
    with pytest.raises(KeyFileError, match="no file of certificates"):
        keys.install(b"text")
    with clock.shifted(timedelta(days=-2)), pytest.raises(KeyFileError, match="not valid today"):
        keys.install(first)
    assert keys.load().chain == before


def test_what_is_lost_damaged_or_over_says_so(app: Flask, settings: Settings) -> None:
    with clock.shifted(timedelta(days=3700)), pytest.raises(KeyFileError, match="keys rotate pdf-x509"):
        keys.load()
    pem: Path = settings.keys_dir / "pdf-x509.pem"
    whole = pem.read_bytes()
    keys.create()
    pem.write_bytes((settings.keys_dir / "pdf-x509-2.pem").read_bytes())
    (settings.keys_dir / "pdf-x509-2.key.json").unlink()
    with pytest.raises(KeyFileError, match="damaged"):
        keys.load()
    pem.write_bytes(whole[:40])
    with pytest.raises(KeyFileError, match="cannot be read"):
        keys.load()
    (settings.keys_dir / "pdf-x509.key.json").unlink()
    with pytest.raises(KeyFileError, match="is missing"):
        keys.load()
