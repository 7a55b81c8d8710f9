"""The CMS signature of a token: RFC 5652 section 5, RFC 2634 and RFC 5816 for the binding to its certificate."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from asn1crypto import cms, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa

from ipplatform.domain.evidence.time import algorithms
from ipplatform.domain.evidence.time.errors import TokenError

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def verify(
    signed: cms.SignedData, content: bytes, certificates: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, frozenset[str]]:
    """The signer's certificate and the algorithms used. Raises TokenError for a false or unbound signature."""
    if len(signed["signer_infos"]) != 1:
        raise TokenError("the token has more or fewer than one signature")
    info = signed["signer_infos"][0]
    attributes = _attributes(info)
    digest = _known(info["digest_algorithm"]["algorithm"].native)
    if _single(attributes, "content_type").native != "tst_info":
        raise TokenError("the signature is over content of another type")
    if _single(attributes, "message_digest").native != hashlib.new(digest, content).digest():
        raise TokenError("the content is not what was signed (message digest)")
    signer = _bound_certificate(attributes, _signer_candidates(info, certificates))
    used = _verify_signature(info, signer, digest)
    return signer, frozenset({digest, *used})


def key_algorithm(certificate: x509.Certificate) -> str:
    """The family of a certificate's key in the table of ends. Raises WeakAlgorithm for a short one."""
    key = serialization.load_der_public_key(certificate.public_key.dump())
    if isinstance(key, rsa.RSAPublicKey):
        return algorithms.rsa(key.key_size)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ec-{key.key_size}"
    return {ed25519.Ed25519PublicKey: "ed25519", ed448.Ed448PublicKey: "ed448"}.get(type(key), type(key).__name__)


def _attributes(info: cms.SignerInfo) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for attribute in info["signed_attrs"]:
        name = attribute["type"].native
        if name in found:
            raise TokenError(f"the signed attribute {name} occurs twice")
        found[name] = attribute["values"]
    return found


def _single(attributes: dict[str, Any], name: str) -> Any:
    values = attributes.get(name, ())
    if len(values) != 1:
        raise TokenError(f"the signed attribute {name} is missing")
    return values[0]


def _signer_candidates(info: cms.SignerInfo, certificates: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    sid = info["sid"]
    if sid.name == "issuer_and_serial_number":
        wanted = (sid.chosen["issuer"], sid.chosen["serial_number"].native)
        return [item for item in certificates if (item.issuer, item.serial_number) == wanted]
    return [item for item in certificates if item.key_identifier == sid.chosen.native]


def _bound_certificate(attributes: dict[str, Any], candidates: list[x509.Certificate]) -> x509.Certificate:
    """The certificate whose hash the signature covers. ESSCertID (SHA-1) identifies one as well, RFC 5816 section 2."""
    if "signing_certificate_v2" in attributes:
        first = _single(attributes, "signing_certificate_v2")["certs"][0]
        name = _known(first["hash_algorithm"]["algorithm"].native)
    else:
        first, name = _single(attributes, "signing_certificate")["certs"][0], "sha1"
    wanted = first["cert_hash"].native
    for certificate in candidates:
        if hashlib.new(name, certificate.dump(), usedforsecurity=False).digest() == wanted:
            return certificate
    raise TokenError("the signer's certificate is missing, or is not the one that the signature names (ESSCertID)")


def _verify_signature(info: cms.SignerInfo, signer: x509.Certificate, digest: str) -> set[str]:
    key = serialization.load_der_public_key(signer.public_key.dump())
    signature = info["signature"].native
    # What is signed is the DER of a SET OF, not of the implicitly tagged field (RFC 5652 section 5.4).
    content = bytes(info["signed_attrs"].untag().dump())
    name = _signature_hash(info, digest)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, content, _padding(info, name), _HASHES[name])
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, content, ec.ECDSA(_HASHES[name]))
        elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
            key.verify(signature, content)
        else:
            raise TokenError(f"a key of the type {type(key).__name__} is not supported")
    except InvalidSignature as error:
        raise TokenError("the signature is false") from error
    return {name, key_algorithm(signer)}


def _signature_hash(info: cms.SignerInfo, digest: str) -> str:
    algorithm = info["signature_algorithm"]
    if algorithm["algorithm"].native in ("rsassa_pkcs1v15", "ed25519", "ed448"):
        return digest
    return _known(algorithm.hash_algo)


def _padding(info: cms.SignerInfo, name: str) -> padding.AsymmetricPadding:
    algorithm = info["signature_algorithm"]
    if algorithm.signature_algo != "rsassa_pss":
        return padding.PKCS1v15()
    parameters = algorithm["parameters"]
    mask = _known(parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native)
    return padding.PSS(padding.MGF1(_HASHES[mask]), parameters["salt_length"].native)


def _known(name: str) -> str:
    if name not in _HASHES:
        raise TokenError(f"the hash {name} must not carry evidence")
    return name
