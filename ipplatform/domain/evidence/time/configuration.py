"""The authorities of this installation, from the TOML file that TIME_AUTHORITIES names (docs/operators/time.md)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ipplatform.domain.evidence.time import trust
from ipplatform.domain.evidence.time.algorithms import HASHES
from ipplatform.domain.evidence.time.errors import AuthorityProblem, TokenError
from ipplatform.foundation import settings

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
TAKEN = re.compile(r"renewal-.*|checkpoint|entry")
KNOWN = {"name", "url", "roots", "intermediates", "crls", "policy", "hash"}


@dataclass(frozen=True)
class Authority:
    """`roots` and `intermediates` are PEM bytes; `crls` are addresses, or paths of files read at each stamp."""

    name: str
    url: str
    roots: bytes
    intermediates: bytes = b""
    crls: tuple[str, ...] = ()
    policy: str | None = None
    hash_name: str = "sha256"


def is_configured() -> bool:
    return settings.current().time_authorities is not None


def authorities() -> tuple[Authority, ...]:
    """Every configured authority, none when the setting is not set. Raises AuthorityProblem naming what is wrong."""
    path = settings.current().time_authorities
    if path is None:
        return ()
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8")).get("authority", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AuthorityProblem(f"TIME_AUTHORITIES: {path} cannot be read: {error}") from error
    if not isinstance(listed, list) or not listed or not all(isinstance(item, dict) for item in listed):
        raise AuthorityProblem(f"TIME_AUTHORITIES: {path} has no [[authority]]")
    found = tuple(_authority(item, path.parent) for item in listed)
    if len({item.name for item in found}) != len(found):
        raise AuthorityProblem(f"TIME_AUTHORITIES: a name occurs twice in {path}")
    return found


def _authority(item: dict[str, Any], folder: Path) -> Authority:
    name = str(item.get("name", ""))
    if not NAME.fullmatch(name) or TAKEN.fullmatch(name):
        raise AuthorityProblem(
            f"TIME_AUTHORITIES: the name {name!r} must be a-z, 0-9 and hyphens, and not checkpoint, entry or renewal-…"
        )
    unknown = set(item) - KNOWN
    if unknown:
        raise AuthorityProblem(f"TIME_AUTHORITIES: {name} has the unknown member {', '.join(sorted(unknown))}")
    return Authority(
        name=name,
        url=_address(name, item.get("url")),
        roots=_certificates(name, folder, item.get("roots")),
        intermediates=_certificates(name, folder, item["intermediates"]) if "intermediates" in item else b"",
        crls=tuple(_list_address(name, folder, place) for place in _texts(name, item.get("crls", []))),
        policy=_policy(name, item.get("policy")),
        hash_name=_hash(name, item.get("hash", "sha256")),
    )


def _address(name: str, url: object) -> str:
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise AuthorityProblem(f"TIME_AUTHORITIES: {name} needs a url that begins with https:// or http://")
    return url


def _certificates(name: str, folder: Path, file: object) -> bytes:
    if not isinstance(file, str):
        raise AuthorityProblem(f"TIME_AUTHORITIES: {name} needs roots, a file of trusted certificates in PEM")
    try:
        data = (folder / file).read_bytes()
        trust.certificates_in(data)
    except (OSError, TokenError) as error:
        raise AuthorityProblem(f"TIME_AUTHORITIES: {name}: {folder / file}: {error}") from error
    return data


def _list_address(name: str, folder: Path, place: str) -> str:
    return _address(name, place) if "://" in place else str(folder / place)


def _texts(name: str, value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise AuthorityProblem(f"TIME_AUTHORITIES: the crls of {name} are a list of addresses or files")
    return value


def _policy(name: str, value: object) -> str | None:
    if value is not None and not re.fullmatch(r"[0-2](\.(0|[1-9]\d*)){1,30}", str(value)):
        raise AuthorityProblem(f"TIME_AUTHORITIES: the policy of {name} is an object identifier such as 1.2.3")
    return None if value is None else str(value)


def _hash(name: str, value: object) -> str:
    if value not in HASHES:
        raise AuthorityProblem(f"TIME_AUTHORITIES: the hash of {name} is one of {', '.join(HASHES)}")
    return str(value)
