"""The key that signs PDFs, and its X.509 certificate: made with the others at setup, self-signed until replaced.

`pdf-x509.key.json` holds the private key (PKCS #8), encrypted at rest like every key; `pdf-x509.pem` beside it the
certificate and, where another authority issued it, the chain above. The newest pair signs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ipplatform.domain.evidence import keyring
from ipplatform.foundation import clock, keyfile, settings
from ipplatform.foundation.keyfile import KeyFileError
from ipplatform.foundation.storage import write_durably

PURPOSE = "pdf-x509"
BITS = 3072
YEARS = timedelta(days=3652)
# RFC 9336 names signing documents; readers older than it (NSS among them) know signatures of people as those of mail.
PURPOSES = (x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"), ExtendedKeyUsageOID.EMAIL_PROTECTION)
LONGEST_NAME = 64


@dataclass(frozen=True)
class PdfKey:
    """`chain` has the signer's certificate first."""

    private: rsa.RSAPrivateKey
    chain: tuple[x509.Certificate, ...]

    @property
    def certificate(self) -> x509.Certificate:
        return self.chain[0]

    @property
    def sha256(self) -> bytes:
        return self.certificate.fingerprint(hashes.SHA256())


def ensure() -> None:
    """Make the pair when there is none; an existing one is never touched."""
    if not keyring.files(PURPOSE):
        create()


def create() -> x509.Certificate:
    """A new pair with a certificate of its own, which signs from now on. Raises KeyFileError or FileExistsError."""
    keyfile.ensure_passphrase()
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = keyring.next_file(PURPOSE)
    certificate = _self_signed(key)
    # The certificate first: a key without one could not sign, a certificate without its key is only ignored.
    _pem_of(path).unlink(missing_ok=True)
    keyfile.write_private(_pem_of(path), certificate.public_bytes(serialization.Encoding.PEM))
    keyfile.write(path, private, purpose=PURPOSE, public=_spki(certificate))
    return certificate


def load() -> PdfKey:
    """The newest pair. Raises KeyFileError: missing, does not open, does not fit together, or not valid today."""
    path = _newest()
    chain = certificates_of(path)
    # What opens is as it was written: proving its primes anew would double the time that a certificate takes.
    key = serialization.load_der_private_key(
        keyfile.read(path, purpose=PURPOSE), password=None, unsafe_skip_rsa_key_validation=True
    )
    if not isinstance(key, rsa.RSAPrivateKey) or _spki_of(key) != _spki(chain[0]):
        raise KeyFileError(f"{path} is damaged: the private half is not that of {_pem_of(path)}")
    if not chain[0].not_valid_before_utc <= clock.now() <= chain[0].not_valid_after_utc:
        raise KeyFileError(
            f"The certificate {_pem_of(path)} was valid from {chain[0].not_valid_before_utc:%Y-%m-%d} to "
            f"{chain[0].not_valid_after_utc:%Y-%m-%d}. Make a new key: `ipplatform keys rotate {PURPOSE}`."
        )
    return PdfKey(key, chain)


def known() -> list[x509.Certificate]:
    """The certificate of every pair, newest first; nothing is decrypted."""
    return [certificates_of(path)[0] for path in keyring.files(PURPOSE)]


def request() -> bytes:
    """A certification request (PKCS #10, PEM) for the newest key, to have another authority certify it."""
    pair = load()
    built = x509.CertificateSigningRequestBuilder().subject_name(pair.certificate.subject)
    return built.sign(pair.private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def install(pem: bytes) -> x509.Certificate:
    """Sign with this certificate from now on: PEM, the signer's first, then the chain above.

    Raises KeyFileError when it is for another key, is not valid today, or the chain does not hold together.
    """
    path = _newest()
    try:
        chain = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise KeyFileError(f"this is no file of certificates in PEM: {error}") from error
    if _spki(chain[0]) != keyfile.public_half(path):
        raise KeyFileError(f"the first certificate is for another key than that of {path}")
    if not chain[0].not_valid_before_utc <= clock.now() <= chain[0].not_valid_after_utc:
        raise KeyFileError("the certificate is not valid today")
    _require_chain(chain)
    write_durably(_pem_of(path), b"".join(item.public_bytes(serialization.Encoding.PEM) for item in chain))
    return chain[0]


def certificates_of(path: Path) -> tuple[x509.Certificate, ...]:
    """The certificates beside a key file. Raises KeyFileError."""
    try:
        return tuple(x509.load_pem_x509_certificates(_pem_of(path).read_bytes()))
    except (OSError, ValueError) as error:
        raise KeyFileError(f"the certificate {_pem_of(path)} cannot be read: {error}") from error


def _newest() -> Path:
    found = keyring.files(PURPOSE)
    if not found:
        raise KeyFileError(
            f"The key file {settings.current().keys_dir / (PURPOSE + keyring.SUFFIX)} is missing. `ipplatform setup` makes "
            "it on a new installation; on an old one put the file back from its safe copy, or run setup for a new key."
        )
    return found[0]


def _require_chain(chain: list[x509.Certificate]) -> None:
    for below, above in pairwise(chain):
        try:
            below.verify_directly_issued_by(above)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise KeyFileError(f"{above.subject.rfc4514_string()} did not issue the certificate before it") from error


def _self_signed(key: rsa.RSAPrivateKey) -> x509.Certificate:
    current, begins = settings.current(), clock.now().replace(microsecond=0)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, current.zone_name[:LONGEST_NAME]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{current.origin.partition('/')[0]} certificates"[:LONGEST_NAME]),
        ]
    )
    never = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only",
         "decipher_only"), False
    )  # fmt: skip
    usage = x509.KeyUsage(digital_signature=True, content_commitment=True, **never)
    public = key.public_key()
    return (
        x509.CertificateBuilder(name, name, public, x509.random_serial_number(), begins, begins + YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage(PURPOSES), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )


def _pem_of(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(keyring.SUFFIX) + ".pem")


def _spki(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _spki_of(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
