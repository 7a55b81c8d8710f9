"""The quick answer for a record of which nothing was changed; what is not plainly whole goes to differences.py."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime
from json import JSONDecoder
from typing import Any

from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence import seals
from ipplatform.domain.evidence.audit import rows
from ipplatform.domain.evidence.audit.rows import Raw
from ipplatform.foundation import secretbox, settings
from ipplatform.foundation.db import is_sqlite


class Reader:
    """Keys and patterns made ready once for a batch. `content` is strict: a doubt is answered with None."""

    def __init__(self) -> None:
        self._open = secretbox.opener()
        self._seal = seals.Sealer().seal
        self._leaf = leaves.builder(settings.current().origin)
        self._decode = JSONDecoder().raw_decode
        self._stored = str.encode if is_sqlite() else str
        self._is_sqlite = is_sqlite()

    def content(self, raw: Raw, storage_keys: Sequence[Any]) -> dict[str, Any] | None:
        """The manifest when it is authentic and every column, the leaf and its place agree with it."""
        _, number, organisation, asset, kind, key, digest, manifest, salt, commitment, leaf, _, seal, created, _ = raw
        try:
            data = self._open(manifest)
            if hmac.digest(self._open(salt), data, "sha256") != commitment:
                return None
            value: dict[str, Any]
            value, end = self._decode(text := data.decode())
            whole = (
                end == len(text)
                and self._says(value, number, asset, kind)
                and self._stands(raw, commitment, leaf, self._moment(value["submitted_at"], created))
                and self._seal(_sealed(organisation, key, digest, storage_keys)) == seal
            )
        except (secretbox.Damaged, ValueError, TypeError, KeyError, AttributeError):
            return None
        return value if whole else None

    def _moment(self, submitted_at: str, created: Any) -> int:
        """When it was submitted, in unix seconds. Raises ValueError when the stored moment is another."""
        moment = datetime.fromisoformat(submitted_at)
        if created != (rows.spelled(submitted_at) if self._is_sqlite else moment):
            raise ValueError("not the moment that the manifest states")
        return int(moment.timestamp())

    def _says(self, value: dict[str, Any], number: Any, asset: Any, kind: Any) -> bool:
        stored, said = self._stored, value["asset"]
        return bool(
            number == stored(value["filing"])
            and asset == (None if said is None else stored(said))
            and kind == stored(value["kind"])
        )

    def _stands(self, raw: Raw, commitment: bytes, leaf: bytes, time: int) -> bool:
        index, entry = raw[11], raw[14]
        if leaf != entry and index is not None:
            return False
        return leaf == self._leaf(commitment, "filing", time) or any(
            leaf == self._leaf(commitment, kind, time) for kind in leaves.KINDS
        )


def _sealed(organisation: Any, key: Any, digest: Any, storage_keys: Sequence[Any]) -> list[bytes]:
    """The values of seals.FIELDS as bytes; texts are bytes already where the database gives them so."""
    kept = ",".join([key or "" for key in storage_keys]) if storage_keys else ""
    if isinstance(key, bytes):
        return [str(organisation).encode(), key, digest, kept.encode()]
    return [str(organisation).encode(), key.encode(), digest.encode(), kept.encode()]
