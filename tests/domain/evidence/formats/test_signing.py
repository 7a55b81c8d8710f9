"""Known answers of RFC 8032, and signatures that a lenient verifier would take."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from ipplatform.domain.evidence.formats import cosignature, note
from ipplatform.domain.evidence.formats.signing import ED25519, MLDSA44, SoftKey

# RFC 8032 section 7.1: TEST 1, 2, 3 and SHA(abc), each as seed, public key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        b"",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe246"
            "55141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        b"\x72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb"
            "00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        b"\xaf\x82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc"
            "027beceea1ec40a"
        ),
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").digest(),
        (
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad"
            "9bef1177331a704"
        ),
    ),
]
ORDER = 2**252 + 27742317777372353535851937790883648493
CHECKPOINT = "log.example\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_keys_and_signatures_are_those_of_rfc_8032(seed: str, public: str, message: bytes, signature: str) -> None:
    key = SoftKey.from_seed(ED25519, bytes.fromhex(seed))
    assert key.public.hex() == public
    assert key.sign(message).hex() == signature
    verifier = note.VerifierKey("log.example", ED25519, bytes.fromhex(public))
    verifier.verify(message, bytes.fromhex(signature))
    with pytest.raises(note.NoteError):
        verifier.verify(message + b"\n", bytes.fromhex(signature))


@pytest.mark.parametrize("times", [1, 2, 8])
def test_a_second_form_of_an_ed25519_signature_is_refused(times: int) -> None:
    """RFC 8032 section 5.1.7: S is below the group's order, else anybody could write the signature another way."""
    _, public, message, signature = RFC_8032[2]
    raw = bytes.fromhex(signature)
    again = int.from_bytes(raw[32:], "little") + times * ORDER
    with pytest.raises(note.NoteError, match="false"):
        note.VerifierKey("log.example", ED25519, bytes.fromhex(public)).verify(
            message, raw[:32] + again.to_bytes(32, "little")
        )


@pytest.mark.parametrize("size", [0, 32, 63, 65, 128])
def test_an_ed25519_signature_of_another_length_is_refused(size: int) -> None:
    _, public, message, signature = RFC_8032[2]
    with pytest.raises(note.NoteError):
        note.VerifierKey("log.example", ED25519, bytes.fromhex(public)).verify(
            message, (bytes.fromhex(signature) * 2)[:size]
        )


def test_an_ml_dsa_signature_under_a_context_is_refused() -> None:
    """FIPS 204 section 5.2: the context is signed too, and a cosignature has none."""
    private = MLDSA44PrivateKey.from_seed_bytes(b"\x09" * 32)
    key = note.VerifierKey("log.example", MLDSA44, private.public_key().public_bytes_raw())
    message = cosignature.checkpoint_message(CHECKPOINT.encode(), name="log.example", time=5)
    key.verify(CHECKPOINT.encode(), cosignature.join(5, private.sign(message)))
    with pytest.raises(note.NoteError):
        key.verify(CHECKPOINT.encode(), cosignature.join(5, private.sign(message, b"log")))


@pytest.mark.parametrize("change", [-1, 1])
def test_an_ml_dsa_signature_of_another_length_is_refused(change: int) -> None:
    private = SoftKey.from_seed(MLDSA44, b"\x09" * 32)
    line = note.sign(CHECKPOINT, "log.example", private, time=5)
    raw = line.signature[:-1] if change < 0 else line.signature + b"\0"
    with pytest.raises(note.NoteError):
        note.verifier_of("log.example", private).verify(CHECKPOINT.encode(), raw)
