"""Publishes the log as plain files: tiles first, the checkpoint last. EVIDENCE.md section 2, step 4."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ipplatform.domain.evidence.formats.tiles import WIDTH, Tile
from ipplatform.foundation import settings
from ipplatform.foundation.storage import sync_folder, write_durably

CHECKPOINT_FILE = "checkpoint"


class Mismatch(Exception):
    """A published file has other bytes than the log now says; the message tells an operator what to do."""


def path_of(tile: Tile) -> Path:
    return settings.current().log_dir / tile.path


def checkpoint_path() -> Path:
    return settings.current().log_dir / CHECKPOINT_FILE


class Publisher:
    """Writes tiles that do not exist and compares those that do; `sync` makes the renames durable."""

    def __init__(self) -> None:
        self._folders: set[Path] = set()

    def tile(self, tile: Tile, data: bytes) -> None:
        path = path_of(tile)
        if path.exists():
            if path.read_bytes() != data:
                raise Mismatch(
                    f"The published file {path} has other bytes than the database's log. One of them was changed. "
                    "Run `ipplatform audit run --full` to find which, restore it, and start the sequencer again."
                )
            return
        self._make_folder(path.parent)
        unfinished = path.with_name(path.name + ".part")
        with open(unfinished, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        os.rename(unfinished, path)
        self._folders.add(path.parent)

    def sync(self) -> None:
        for folder in sorted(self._folders):
            sync_folder(folder)
        self._folders.clear()

    def _make_folder(self, folder: Path) -> None:
        if folder.exists():
            return
        self._make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        self._folders.add(folder.parent)


def checkpoint(note: bytes) -> None:
    write_durably(checkpoint_path(), note)


def remove_partials(full: Tile) -> None:
    """Drop the partial tiles that `full` replaces. Readers of an older checkpoint take them from the full tile."""
    if full.width == WIDTH:
        shutil.rmtree(settings.current().log_dir / f"{full.path}.p", ignore_errors=True)
