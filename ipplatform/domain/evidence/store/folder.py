"""Publication as plain files in a folder, durable before anything refers to them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ipplatform.domain.evidence.store.interface import File, changed, overtaken
from ipplatform.foundation.storage import sync_folder, write_durably

AT_ONCE = 128
SYNCING = 8
UNFINISHED = ".part"


class Folder:
    """Files are written a batch at a time, then all synced, then named: disks merge syncs that come together."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def where(self, name: str) -> str:
        return str(self._folder / name)

    def read(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def create(self, files: Iterable[File]) -> None:
        batch = _Batch()
        try:
            for file in files:
                standing = self.read(file.name)
                if standing is None:
                    batch.write(self._folder / file.name, file.content)
                elif standing != file.content:
                    raise changed(self.where(file.name))
                if batch.is_full:
                    batch.settle()
            batch.settle()
        except BaseException:
            batch.abandon()
            raise

    def replace(self, name: str, content: bytes, *, instead_of: bytes | None) -> None:
        if self.read(name) != instead_of:
            raise overtaken(self.where(name))
        write_durably(self._folder / name, content)

    def names(self, folder: str) -> list[str]:
        try:
            return sorted(path.name for path in (self._folder / folder).iterdir() if path.is_file())
        except (FileNotFoundError, NotADirectoryError):
            return []

    def remove(self, folder: str) -> None:
        shutil.rmtree(self._folder / folder, ignore_errors=True)


class _Batch:
    """Written and not yet named files, by descriptor."""

    def __init__(self) -> None:
        self._waiting: dict[int, Path] = {}
        self._folders: set[Path] = set()

    @property
    def is_full(self) -> bool:
        return len(self._waiting) >= AT_ONCE

    def write(self, path: Path, content: bytes) -> None:
        self._make_folder(path.parent)
        unfinished = path.with_name(path.name + UNFINISHED)
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        self._waiting[descriptor] = path
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]

    def settle(self) -> None:
        """A link, not a rename: it fails rather than replace a file that another process put there meanwhile."""
        with ThreadPoolExecutor(SYNCING) as threads:
            list(threads.map(os.fsync, self._waiting))
        for descriptor, path in list(self._waiting.items()):
            os.close(descriptor)
            del self._waiting[descriptor]
            unfinished = path.with_name(path.name + UNFINISHED)
            try:
                _name(unfinished, path)
            finally:
                unfinished.unlink()
            self._folders.add(path.parent)
        for folder in sorted(self._folders):
            sync_folder(folder)
        self._folders.clear()

    def abandon(self) -> None:
        """Give back what unfinished files take: on a full disk it is needed."""
        for descriptor, path in self._waiting.items():
            os.close(descriptor)
            path.with_name(path.name + UNFINISHED).unlink(missing_ok=True)
        self._waiting.clear()

    def _make_folder(self, folder: Path) -> None:
        if folder.exists():
            return
        self._make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        self._folders.add(folder.parent)


def _name(unfinished: Path, path: Path) -> None:
    try:
        os.link(unfinished, path)
    except FileExistsError as error:
        raise overtaken(str(path)) from error
