"""Whom to trust: the path from a token's signer to a configured root, and revocation, both at the token's own time.

RFC 5280 section 6 by pyhanko-certvalidator, without any network; RFC 3161 section 2.3 for the signer's purpose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import crl as crls
from asn1crypto import pem, x509

from ipplatform.domain.evidence.time import algorithms, signature
from ipplatform.domain.evidence.time.errors import TokenError
from ipplatform.domain.evidence.time.token import Token, malformed
from ipplatform.foundation import coroutines


@dataclass(frozen=True)
class Material:
    """What a token is judged by: certificates in PEM (roots are trusted, the others only help) and lists in PEM."""

    roots: bytes
    others: bytes = b""
    crls: bytes = b""


@dataclass(frozen=True)
class Path:
    """The signer's certificate first, the root last. `ends_at` is when the first of them ends."""

    certificates: tuple[x509.Certificate, ...]

    @property
    def pem(self) -> bytes:
        return to_pem(self.certificates)

    @property
    def ends_at(self) -> datetime:
        return min(_validity(item, "not_after") for item in self.certificates)

    @property
    def begins_at(self) -> datetime:
        return max(_validity(item, "not_before") for item in self.certificates)

    @property
    def algorithms(self) -> frozenset[str]:
        """Of every key, and of the hashes by which all but the root were signed."""
        keys = {signature.key_algorithm(item) for item in self.certificates}
        return frozenset(keys | {item.hash_algo for item in self.certificates[:-1] if _has_hash(item)})


def path_of(token: Token, material: Material) -> Path:
    """The valid path at the token's time. Raises TokenError: purpose, chain, validity or revocation.

    With revocation lists, every certificate below the root needs one that was current at the token's time.
    """
    with malformed():
        _require_purpose(token.signer)
        path = Path(_build(token, material))
        if not path.begins_at <= token.gen_time <= path.ends_at:
            raise TokenError("a certificate was not valid at the time of the token")
        algorithms.end_of(path.algorithms)
        return path


def certificates_in(data: bytes) -> list[x509.Certificate]:
    """Every certificate in PEM. Raises TokenError when there is something else, or nothing."""
    with malformed():
        return [x509.Certificate.load(item, strict=True) for item in _blocks(data, "CERTIFICATE")]


def crls_in(data: bytes) -> list[crls.CertificateList]:
    """Every revocation list in PEM, or the one in DER."""
    with malformed():
        blocks = _blocks(data, "X509 CRL") if pem.detect(data) else [data]
        return [crls.CertificateList.load(item, strict=True) for item in blocks]


def to_pem(items: Iterable[x509.Certificate | crls.CertificateList]) -> bytes:
    """Each item as PEM, in order."""
    found = list(items)
    names = ["CERTIFICATE" if isinstance(item, x509.Certificate) else "X509 CRL" for item in found]
    return b"".join(pem.armor(name, item.dump()) for name, item in zip(names, found, strict=True)).replace(b"\r", b"")


def _blocks(data: bytes, kind: str) -> list[bytes]:
    found = list(pem.unarmor(data, multiple=True)) if re.search(rb"-----BEGIN", data) else []
    if not found or any(name != kind for name, _headers, _der in found):
        raise TokenError(f"a file that should hold {kind} in PEM does not")
    return [der for _name, _headers, der in found]


def _validity(certificate: x509.Certificate, which: str) -> datetime:
    moment: datetime = certificate["tbs_certificate"]["validity"][which].native
    return moment


def _has_hash(certificate: x509.Certificate) -> bool:
    return certificate["signature_algorithm"].signature_algo not in ("ed25519", "ed448")


def _require_purpose(signer: x509.Certificate) -> None:
    """RFC 3161 section 2.3: the extended key usage is time stamping, nothing else, and critical."""
    usage = signer.extended_key_usage_value
    if usage is None or usage.native != ["time_stamping"]:
        raise TokenError("the signer's certificate is not for time stamping alone (extended key usage)")
    if "extended_key_usage" not in signer.critical_extensions:
        raise TokenError("the extended key usage of the signer's certificate is not critical")
    allowed = signer.key_usage_value
    if allowed is not None and not set(allowed.native) & {"digital_signature", "non_repudiation"}:
        raise TokenError("the signer's certificate is not for signatures (key usage)")


def _build(token: Token, material: Material) -> tuple[x509.Certificate, ...]:
    from pyhanko_certvalidator import CertificateValidator, ValidationContext
    from pyhanko_certvalidator.errors import PathError, ValidationError

    others: Sequence[Any] = certificates_in(material.others) if material.others.strip() else []
    lists = crls_in(material.crls) if material.crls.strip() else []
    context = ValidationContext(
        trust_roots=certificates_in(material.roots),
        other_certs=[*others, *token.certificates],
        moment=token.gen_time,
        allow_fetching=False,
        crls=lists,
        revinfo_policy=_revocation(bool(lists)),
        weak_hash_algos={"md2", "md5", "sha1"},
    )
    validator: Any = CertificateValidator(token.signer, validation_context=context)
    try:
        path = coroutines.result_of(validator.async_validate_usage(set(), {"time_stamping"}))
    except (PathError, ValidationError) as error:
        raise TokenError(f"the signer's certificate is not trusted: {_said(error)}") from error
    return tuple(reversed(list(path.iter_certs(include_root=True))))


def _revocation(required: bool) -> Any:
    from pyhanko_certvalidator.policy_decl import (
        CertRevTrustPolicy,
        RevocationCheckingPolicy,
        RevocationCheckingRule,
    )

    rule = RevocationCheckingRule.CRL_REQUIRED if required else RevocationCheckingRule.NO_CHECK
    return CertRevTrustPolicy(RevocationCheckingPolicy(rule, rule))


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
