"""Publication in a bucket that speaks S3, by conditional puts: nothing that exists is ever put over unseen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from typing import Any

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import from_url

from ipplatform.domain.evidence.store.interface import File, StoreError, changed, kept_as, overtaken

AT_ONCE = 16
WAIT = timedelta(seconds=30)


class Bucket:
    """`address` is `s3://bucket/prefix`; credentials, region and endpoint come from the usual AWS_ variables."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        with _told(self._address):
            self._store: Any = from_url(self._address, retry_config={"max_retries": 5, "retry_timeout": WAIT})

    def where(self, name: str) -> str:
        return f"{self._address}/{name}"

    def read(self, name: str) -> bytes | None:
        return self._look(name)[0]

    def create(self, files: Iterable[File]) -> None:
        waiting = iter(files)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            while batch := list(islice(waiting, AT_ONCE * 4)):
                list(threads.map(self._create, batch))

    def replace(self, name: str, content: bytes, *, instead_of: bytes | None) -> None:
        standing, tag = self._look(name)
        if standing != instead_of:
            raise overtaken(self.where(name))
        try:
            self._put(name, content, "create" if tag is None else {"e_tag": tag})
        except (AlreadyExistsError, PreconditionError) as error:
            raise overtaken(self.where(name)) from error

    def names(self, folder: str) -> list[str]:
        with _told(self.where(folder)):
            found = obstore.list_with_delimiter(self._store, folder)["objects"]
            return sorted(meta["path"].rpartition("/")[2] for meta in found)

    def remove(self, folder: str) -> None:
        names = [f"{folder}/{name}" for name in self.names(folder)]
        with _told(self.where(folder)):
            if names:
                obstore.delete(self._store, names)

    def _create(self, file: File) -> None:
        try:
            self._put(file.name, file.content, "create")
        except AlreadyExistsError as error:
            if self.read(file.name) != file.content:
                raise changed(self.where(file.name)) from error

    def _put(self, name: str, content: bytes, mode: Any) -> None:
        media_type, caching = kept_as(name)
        attributes: Any = {"Content-Type": media_type, "Cache-Control": caching}
        with _told(self.where(name)):
            obstore.put(self._store, name, content, mode=mode, attributes=attributes, use_multipart=False)

    def _look(self, name: str) -> tuple[bytes | None, str | None]:
        with _told(self.where(name)):
            try:
                found = obstore.get(self._store, name)
            except FileNotFoundError:
                return None, None
            return bytes(found.bytes()), found.meta["e_tag"]


@contextmanager
def _told(where: str) -> Iterator[None]:
    """Every failure but an unmet condition as StoreError; the library's own text ends with pages of detail."""
    try:
        yield
    except (AlreadyExistsError, PreconditionError):
        raise
    except (BaseError, FileNotFoundError) as error:  # a bucket that is missing is told as a file that is
        raise StoreError(f"{where}: {str(error).partition('Debug source')[0].strip()[:500]}") from error
