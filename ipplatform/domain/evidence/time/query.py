"""The request for a token: TimeStampReq, RFC 3161 section 2.4.1."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from asn1crypto import algos, tsp

NONCE_BITS = 64


@dataclass(frozen=True)
class Query:
    """`der` is what is sent; `nonce` must come back."""

    der: bytes
    nonce: int


def build(data: bytes, *, hash_name: str, policy: str | None = None) -> Query:
    """A request to stamp `data`, with a random nonce, asking for the certificates (certReq)."""
    nonce = secrets.randbits(NONCE_BITS) | 1 << (NONCE_BITS - 1)
    imprint = tsp.MessageImprint(
        {
            "hash_algorithm": algos.DigestAlgorithm({"algorithm": hash_name}),
            "hashed_message": hashlib.new(hash_name, data).digest(),
        }
    )
    members = {"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True}
    request = tsp.TimeStampReq(members | ({"req_policy": policy} if policy else {}))
    return Query(request.dump(), nonce)
