"""Asks an authority over HTTP (RFC 3161 section 3.4): bounded in time and size, and never led elsewhere."""

from __future__ import annotations

import time
from pathlib import Path

import requests

from ipplatform.domain.evidence.time import query, trust, verification
from ipplatform.domain.evidence.time.configuration import Authority
from ipplatform.domain.evidence.time.errors import AuthorityProblem, TokenError
from ipplatform.domain.evidence.time.trust import Material
from ipplatform.domain.evidence.time.verification import Verified

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 5, 15, 40
LARGEST_ANSWER = 256 * 1024
LARGEST_LIST = 3 * 1024 * 1024


class Obtained:
    """A verified answer and what it was verified with."""

    def __init__(self, response: bytes, verified: Verified, crls: bytes, nonce: int) -> None:
        self.response, self.verified, self.crls, self.nonce = response, verified, crls, nonce


def obtain(authority: Authority, data: bytes, *, hash_name: str | None = None) -> Obtained:
    """A token of `authority` over `data`. Raises AuthorityProblem when it does not come, TokenError when it is bad.

    The revocation lists are fetched first: they must have been current when the token was made.
    """
    crls = b"".join(_list(place) for place in authority.crls)
    asked = query.build(data, hash_name=hash_name or authority.hash_name, policy=authority.policy)
    response = _fetch("POST", authority.url, LARGEST_ANSWER, asked.der)
    material = Material(authority.roots, authority.intermediates, crls)
    verified = verification.verify(response, data, material, nonce=asked.nonce, policy=authority.policy)
    return Obtained(response, verified, crls, asked.nonce)


def _list(place: str) -> bytes:
    try:
        data = _fetch("GET", place, LARGEST_LIST) if "://" in place else Path(place).read_bytes()
        return trust.to_pem(trust.crls_in(data))
    except (OSError, TokenError) as error:
        raise AuthorityProblem(f"the revocation list {place} cannot be used: {error}") from error


def _fetch(method: str, url: str, largest: int, body: bytes | None = None) -> bytes:
    ends = time.monotonic() + WHOLE_SECONDS
    headers = {"Content-Type": "application/timestamp-query"} if body is not None else {}
    try:
        with requests.request(
            method,
            url,
            data=body,
            headers=headers,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as answer:
            if answer.status_code != requests.codes.ok:
                raise AuthorityProblem(f"{url} answered with status {answer.status_code}")
            return _body(answer, url, largest, ends)
    except requests.RequestException as error:
        raise AuthorityProblem(f"{url} cannot be reached: {type(error).__name__}") from error


def _body(answer: requests.Response, url: str, largest: int, ends: float) -> bytes:
    data = bytearray()
    for chunk in answer.iter_content(16 * 1024):
        data += chunk
        if len(data) > largest:
            raise AuthorityProblem(f"{url} answered with more than {largest} bytes")
        if time.monotonic() > ends:
            raise AuthorityProblem(f"{url} took longer than {WHOLE_SECONDS} seconds")
    return bytes(data)
