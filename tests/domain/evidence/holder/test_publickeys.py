from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x25519

from ipplatform.domain.evidence.holder import edwards, publickeys
from tests.factories.holder import key_pair, pem, sign

# The eight points of small order in their own spelling, then the other spellings that decoders have been seen to take.
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]
OTHER_SPELLINGS = [
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]


def spki_pem(raw: bytes) -> bytes:
    der = bytes.fromhex("302a300506032b6570032100") + raw
    return b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(der) + b"-----END PUBLIC KEY-----\n"


def refusal(data: bytes) -> publickeys.Refused:
    with pytest.raises(publickeys.Refused) as refused:
        publickeys.read(data)
    return refused.value


@pytest.mark.parametrize("algorithm", ["ed25519", "p256", "p384"])
def test_good_keys_are_read_and_keep_one_spelling(algorithm: str) -> None:
    private = key_pair(algorithm)
    key = publickeys.read(b"\n" + pem(private).replace(b"\n", b"\r\n"))
    assert publickeys.of_spki(key.spki) == key == publickeys.of_pem(key.pem)
    assert key.pem == pem(private)
    assert key.verifies(sign(private, b"message"), b"message")
    assert not key.verifies(sign(private, b"message"), b"another")
    assert not key.verifies(sign(key_pair(algorithm), b"message"), b"message")
    assert not key.verifies(b"", b"message")


@pytest.mark.parametrize("encoded", SMALL_ORDER)
def test_each_point_of_small_order_is_refused(encoded: str) -> None:
    assert refusal(spki_pem(bytes.fromhex(encoded))).message == publickeys.UNSOUND["small_order"]


@pytest.mark.parametrize("encoded", OTHER_SPELLINGS)
def test_each_other_spelling_is_refused(encoded: str) -> None:
    assert refusal(spki_pem(bytes.fromhex(encoded))).message == publickeys.UNSOUND["spelling"]


def test_a_key_of_mixed_order_is_refused() -> None:
    public = key_pair().public_key()
    assert isinstance(public, ed25519.Ed25519PublicKey)
    small = edwards.decode(bytes.fromhex(SMALL_ORDER[4]))
    x, y, z, _ = edwards._add(edwards.decode(public.public_bytes_raw()), small)
    inverse = pow(z, -1, edwards.P)
    x, y = x * inverse % edwards.P, y * inverse % edwards.P
    mixed = (y | (x & 1) << 255).to_bytes(32, "little")
    assert refusal(spki_pem(mixed)).message == publickeys.UNSOUND["mixed_order"]


def test_what_is_no_point_is_refused() -> None:
    assert refusal(spki_pem(b"\x02" + bytes(31))).message == publickeys.UNSOUND["point"]


def test_honest_keys_pass_the_check_of_points() -> None:
    for _ in range(20):
        edwards.require_sound(ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    rfc8032 = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    edwards.require_sound(bytes.fromhex(rfc8032))


OTHERS: dict[str, Any] = {
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
    "P-224": lambda: ec.generate_private_key(ec.SECP224R1()),
    "P-521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
    "brainpool": lambda: ec.generate_private_key(ec.BrainpoolP256R1()),
    "Ed448": ed448.Ed448PrivateKey.generate,
    "X25519": x25519.X25519PrivateKey.generate,
    "DSA": lambda: dsa.generate_private_key(1024),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_other_kinds_of_key_are_refused_with_what_to_make_instead(kind: str) -> None:
    assert "P-256" in str(refusal(pem(OTHERS[kind]())).message)


@pytest.mark.parametrize("encoding", ["PEM", "DER", "base64"])
@pytest.mark.parametrize("form", ["PKCS8", "TraditionalOpenSSL", "OpenSSH", "encrypted"])
def test_a_private_key_is_recognised_in_every_form(encoding: str, form: str) -> None:
    if form == "OpenSSH" and encoding != "PEM":
        return
    hidden: Any = serialization.NoEncryption()
    if form == "encrypted":
        form, hidden = "PKCS8", serialization.BestAvailableEncryption(b"secret words")
    data = key_pair("p256").private_bytes(
        serialization.Encoding.DER if encoding == "base64" else getattr(serialization.Encoding, encoding),
        getattr(serialization.PrivateFormat, form),
        hidden,
    )
    found = refusal(base64.encodebytes(data) if encoding == "base64" else data)
    assert found.secret
    assert "Keep it secret" in str(found.message)


@pytest.mark.parametrize("data", [b"", b"hello", b"\x00\xff" * 40, b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
                                  b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ", b"-----BEGIN CERTIFICATE-----\nAA==",
                                  b"x" * 9000, b"-----BEGIN PUBLIC KEY-----" * 2])  # fmt: skip
def test_what_is_no_public_key_is_refused_with_words(data: bytes) -> None:
    assert len(str(refusal(data).message)) > 30
    assert not refusal(data).secret


def test_a_point_off_the_curve_and_a_compressed_one_are_refused() -> None:
    public = key_pair("p256").public_key()
    good = publickeys.of_key(public)
    compressed = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + public.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
    )
    with pytest.raises(publickeys.Refused):
        publickeys.of_spki(compressed)
    with pytest.raises(publickeys.Refused):
        publickeys.of_spki(good.spki[:-1] + bytes([good.spki[-1] ^ 1]))
