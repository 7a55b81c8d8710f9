"""The witnesses of our own log: the tlog-policy file WITNESS_POLICY."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from ipplatform.domain.evidence.formats import policy as policies
from ipplatform.domain.evidence.formats.policy import Policy, PolicyError
from ipplatform.domain.evidence.formats.signing import COSIGNATURE, MLDSA44
from ipplatform.foundation import settings

COSIGNING = (COSIGNATURE, MLDSA44)
LONGEST_NAME = 200
LONGEST_URL = 300


class WitnessPolicyProblem(Exception):
    """WITNESS_POLICY cannot be used; the message names the file and says why."""


def configured() -> Policy | None:
    """Witnesses, groups and quorum; None without the setting. Raises WitnessPolicyProblem."""
    path = settings.current().witness_policy
    if path is None:
        return None
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise WitnessPolicyProblem(f"WITNESS_POLICY {path} cannot be read: {error}") from error


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> Policy:
    try:
        found = policies.parse(path.read_text(encoding="utf-8"), logs_known=True)
        for name, key in found.witnesses.items():
            _require_usable(name, key.algorithm, found.urls.get(key.vkey, ""))
    except (UnicodeDecodeError, PolicyError) as error:
        raise WitnessPolicyProblem(f"WITNESS_POLICY {path} cannot be used: {error}") from error
    return found


def with_witnesses(log: Policy) -> Policy:
    """The policy of the log with the configured witnesses and quorum."""
    found = configured()
    if found is None:
        return log
    urls = {key.vkey: found.urls[key.vkey] for key in found.witnesses.values()}
    return replace(log, witnesses=found.witnesses, groups=found.groups, quorum=found.quorum, urls=log.urls | urls)


def by_address(found: Policy) -> dict[str, list[str]]:
    """Submission prefix to the names of the witnesses there: one with two keys is asked once."""
    places: dict[str, list[str]] = {}
    for name, key in found.witnesses.items():
        places.setdefault(found.urls[key.vkey].rstrip("/"), []).append(name)
    return places


def _require_usable(name: str, algorithm: int, url: str) -> None:
    if algorithm not in COSIGNING:
        raise PolicyError(f"the key of witness {name} cannot cosign: its type is 0x{algorithm:02x}, not 0x04 or 0x06")
    if len(name) > LONGEST_NAME or len(url) > LONGEST_URL:
        raise PolicyError(f"the name or address of witness {name[:40]} is too long")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PolicyError(f"the witness {name} has no address to send checkpoints to")
