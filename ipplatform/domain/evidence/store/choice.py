"""The place of publication that LOG_STORE names."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from ipplatform.domain.evidence.store.folder import Folder
from ipplatform.domain.evidence.store.interface import Store
from ipplatform.foundation import settings


def published() -> Store:
    """The published files of this log. The one way to them, for writers and readers alike."""
    return at(settings.current().log_place)


def at(place: str) -> Store:
    """The files at `place`, a folder or `s3://bucket/prefix`: also of logs that ended."""
    return _bucket(place, os.getpid()) if "://" in place else Folder(Path(place))


@lru_cache(maxsize=4)
def _bucket(address: str, _process: int) -> Store:
    """One client for each process: its connections and threads do not survive a fork. Imported late: it is large."""
    from ipplatform.domain.evidence.store.bucket import Bucket

    return Bucket(address)
