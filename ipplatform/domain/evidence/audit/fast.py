"""The quick answer for a record of which nothing was changed; what is not plainly whole goes to differences.py."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime
from json import JSONDecoder
from typing import Any

from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence import seals
from ipplatform.domain.evidence.audit.rows import Raw
from ipplatform.foundation import secretbox, settings
from ipplatform.foundation.db import is_sqlite


class Reader:
    """Keys and patterns made ready once for a batch. `content` is strict: a doubt is answered with None."""

    def __init__(self) -> None:
        self._open = secretbox.opener()
        self._seal = seals.Sealer().seal
        self._leaf = leaves.builder(settings.current().origin)
        self._decode = JSONDecoder().decode
        self._stored = str.encode if is_sqlite() else str

    def content(self, raw: Raw, storage_keys: Sequence[Any]) -> dict[str, Any] | None:
        """The manifest when it is authentic and every column, the leaf and its place agree with it."""
        manifest, salt, commitment = raw[7:10]
        try:
            data = self._open(manifest)
            if hmac.digest(self._open(salt), data, "sha256") != commitment:
                return None
            value: dict[str, Any] = self._decode(data.decode())
            whole = self._says(raw, value) and self._stands(raw, value) and self._is_sealed(raw, storage_keys)
        except (secretbox.Damaged, ValueError, TypeError, KeyError, AttributeError):
            return None
        return value if whole else None

    def _says(self, raw: Raw, value: dict[str, Any]) -> bool:
        asset = value["asset"]
        return bool(
            raw[1] == self._stored(value["filing"])
            and raw[3] == (None if asset is None else self._stored(asset))
            and raw[4] == self._stored(value["kind"])
        )

    def _stands(self, raw: Raw, value: dict[str, Any]) -> bool:
        commitment, leaf, index, created, entry = raw[9], raw[10], raw[11], raw[13], raw[14]
        submitted = value["submitted_at"]
        moment = datetime.fromisoformat(submitted)
        spelled = f"{submitted[:10]} {submitted[11:19]}.000000".encode() if self._stored is not str else moment
        if created != spelled or (leaf != entry and index is not None):
            return False
        time = int(moment.timestamp())
        return leaf == self._leaf(commitment, "filing", time) or any(
            leaf == self._leaf(commitment, kind, time) for kind in leaves.KINDS
        )

    def _is_sealed(self, raw: Raw, storage_keys: Sequence[Any]) -> bool:
        stored = [str(raw[2]), raw[5], raw[6], ",".join(key or "" for key in storage_keys)]
        values = [item if isinstance(item, bytes) else item.encode() for item in stored]
        return bool(self._seal(values) == raw[12])
