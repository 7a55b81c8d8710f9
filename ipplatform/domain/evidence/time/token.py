"""Reads a TimeStampResp (RFC 3161 section 2.4.2) and checks everything in it but whom to trust."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import cms, core, tsp, x509
from cryptography.exceptions import UnsupportedAlgorithm

from ipplatform.domain.evidence.time import signature
from ipplatform.domain.evidence.time.algorithms import HASHES, WeakAlgorithm
from ipplatform.domain.evidence.time.errors import TokenError

LARGEST = 1024 * 1024


class Response(core.Sequence):  # type: ignore[misc]
    """TimeStampResp, whose token is absent when the authority refuses (the library's own class demands it)."""

    _fields = [("status", tsp.PKIStatusInfo), ("time_stamp_token", cms.ContentInfo, {"optional": True})]


@dataclass(frozen=True)
class Token:
    """What an authority signed. `accuracy` is how far its clock may be off (zero when it does not say)."""

    gen_time: datetime
    accuracy: timedelta
    serial: int
    policy: str
    hash_name: str
    imprint: bytes
    nonce: int | None
    signer: x509.Certificate
    certificates: tuple[x509.Certificate, ...]
    algorithms: frozenset[str]

    @property
    def earliest(self) -> datetime:
        return self.gen_time - self.accuracy

    @property
    def latest(self) -> datetime:
        return self.gen_time + self.accuracy


def read(response: bytes) -> Token:
    """The token of a granted response, with its signature checked. Raises TokenError.

    RFC 3161 section 2.4.2: one signer, whose certificate is bound by ESSCertID or ESSCertIDv2 (RFC 5816).
    """
    if len(response) > LARGEST:
        raise TokenError("the answer is larger than a token is")
    with malformed():
        answer = Response.load(response, strict=True)
        _require_granted(answer)
        signed = _signed_data(answer)
        content = signed["encap_content_info"]
        if content["content_type"].native != "tst_info":
            raise TokenError("the answer holds something other than a time stamp")
        raw = bytes(content["content"])
        info = tsp.TSTInfo.load(raw, strict=True)
        certificates = tuple(choice.chosen for choice in signed["certificates"] if choice.name == "certificate")
        signer, algorithms = signature.verify(signed, raw, certificates)
        return _token(info, signer, certificates, algorithms)


def require_over(token: Token, data: bytes) -> None:
    """Raises TokenError unless the token's message imprint is that of `data`."""
    if hashlib.new(token.hash_name, data).digest() != token.imprint:
        raise TokenError("the token is over other bytes (message imprint)")


@contextmanager
def malformed() -> Iterator[None]:
    """Whatever a parser says about foreign bytes becomes a TokenError."""
    try:
        yield
    except TokenError:
        raise
    except WeakAlgorithm as error:
        raise TokenError(f"{error} must not carry evidence") from error
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        raise TokenError(f"the answer is malformed: {error}") from error
    except UnsupportedAlgorithm as error:
        raise TokenError(f"an algorithm is not supported: {error}") from error


def _require_granted(answer: Response) -> None:
    status = answer["status"]
    if status["status"].native not in ("granted", "granted_with_mods"):
        reasons = " ".join(str(text) for text in status["status_string"].native or ())
        failure = ", ".join(sorted(status["fail_info"].native or ()))
        said = " ".join(part for part in (reasons, failure) if part)
        raise TokenError(f"the authority answered {status['status'].native}: {said}".rstrip(": "))


def _signed_data(answer: Response) -> Any:
    token = answer["time_stamp_token"]
    if token["content_type"].native != "signed_data":
        raise TokenError("the answer holds no signed data")
    return token["content"]


def _token(
    info: tsp.TSTInfo,
    signer: x509.Certificate,
    certificates: tuple[x509.Certificate, ...],
    algorithms: frozenset[str],
) -> Token:
    hash_name = info["message_imprint"]["hash_algorithm"]["algorithm"].native
    if hash_name not in HASHES:
        raise TokenError(f"the message imprint is of {hash_name}")
    unknown = [item["extn_id"].dotted for item in info["extensions"] or () if item["critical"].native]
    if unknown:
        raise TokenError(f"the token has critical extensions nobody here knows: {', '.join(unknown)}")
    nonce = info["nonce"].native
    return Token(
        gen_time=info["gen_time"].native.astimezone(UTC),
        accuracy=_accuracy(info["accuracy"]),
        serial=info["serial_number"].native,
        policy=info["policy"].dotted,
        hash_name=hash_name,
        imprint=bytes(info["message_imprint"]["hashed_message"]),
        nonce=nonce,
        signer=signer,
        certificates=certificates,
        algorithms=algorithms | {hash_name},
    )


def _accuracy(value: Any) -> timedelta:
    found = value.native or {}
    parts = {"seconds": found.get("seconds"), "milliseconds": found.get("millis"), "microseconds": found.get("micros")}
    return timedelta(**{name: part for name, part in parts.items() if part is not None})
