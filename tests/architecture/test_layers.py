"""Code imports downwards only."""

import ast
import configparser
import subprocess
import sys
from pathlib import Path

from tests.architecture import tree

_CAPABILITIES = tree.ROOT / "ipplatform" / "domain"


def test_the_layers_in_setup_cfg_are_kept() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=tree.ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_capability_has_its_place_in_the_order() -> None:
    config = configparser.ConfigParser()
    config.read(tree.ROOT / "setup.cfg")
    written = config["importlinter:contract:capabilities"]["layers"]
    placed = {word.strip("()") for line in written.split("\n") for word in line.replace("|", " ").split()}
    present = {path.name for path in _CAPABILITIES.iterdir() if (path / "__init__.py").exists()}
    assert present - placed == set()


def test_migrations_import_nothing_of_the_service() -> None:
    versions = tree.python("migrations/versions")
    importing = {path.name: names for path in versions if (names := _imports(path) & {"ipplatform", "config", "wsgi"})}
    assert importing == {}


def test_slow_libraries_are_imported_where_they_are_used() -> None:
    slow = {"typst", "pyhanko", "holidays", "pypdfium2"}
    early = {str(path): names for path in tree.python("ipplatform") if (names := _imports(path, top_only=True) & slow)}
    assert early == {}


def test_services_never_commit() -> None:
    committing = [
        str(path.relative_to(tree.ROOT))
        for path in tree.python("ipplatform/domain")
        if "services" in path.relative_to(_CAPABILITIES).as_posix() and "session.commit(" in path.read_text()
    ]
    assert committing == []


def _imports(path: Path, *, top_only: bool = False) -> set[str]:
    """First names of the modules that ``path`` imports; ``top_only`` leaves out imports inside functions."""
    tree_of = ast.parse(path.read_text())
    nodes = tree_of.body if top_only else list(ast.walk(tree_of))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return {name.split(".")[0] for name in names}
