"""Other people's files are the ones they published, and their licences stand beside them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.architecture import tree

_FOLDERS = [tree.ROOT / "ipplatform/static/vendor", tree.ROOT / "tests/vendor"]
_LIBRARIES = [
    (folder, library) for folder in _FOLDERS for library in json.loads((folder / "VENDORED.json").read_text())
]


@pytest.mark.parametrize(
    ("folder", "library"), _LIBRARIES, ids=lambda one: one.get("name") if isinstance(one, dict) else ""
)
def test_a_library_is_as_it_was_published(folder: Path, library: dict[str, Any]) -> None:
    found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in library["files"]}
    assert found == library["files"]
    assert any(name.endswith("/LICENSE") for name in library["files"])


@pytest.mark.parametrize("folder", _FOLDERS, ids=lambda folder: folder.parent.name)
def test_nothing_lies_beside_the_libraries_unrecorded(folder: Path) -> None:
    recorded = {name for library in json.loads((folder / "VENDORED.json").read_text()) for name in library["files"]}
    lying = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert lying - {"VENDORED.json"} == recorded


def test_pages_load_nothing_from_elsewhere() -> None:
    own = [path for path in (tree.ROOT / "ipplatform/static").rglob("*") if path.suffix in (".css", ".js")]
    sources = [*(path for path in own if "vendor" not in path.parts), *(tree.ROOT / "templates").rglob("*.html")]
    loading = ('src="http', 'src="//', "@import", "url(http", "url(//", "from 'http", 'from "http')
    assert [path.name for path in sources for mark in loading if mark in path.read_text()] == []
