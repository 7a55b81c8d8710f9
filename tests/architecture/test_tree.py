"""Nothing private, foreign or out of place is committed."""

import hashlib
import os
import re
import sys
from collections import defaultdict
from pathlib import Path

from scripts import decisions
from tests.architecture import tree

_PRIVATE = {
    "a private key": re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE " + rb"KEY-----"),
    "a cloud access key": re.compile(rb"\bAKIA[0-9A-Z]{16}\b"),
    "a repository token": re.compile(rb"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
    "somebody's home folder": re.compile(rb"/(?:home|Users)/[a-z]+/|/ro" + rb"ot/"),
    "a mark of a merge": re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE),
}
_UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def test_no_secret_and_no_path_of_one_machine_is_committed() -> None:
    findings = [
        f"{path.relative_to(tree.ROOT)} holds {what}"
        for path in tree.committed()
        if "vendor" not in path.parts
        for what, pattern in _PRIVATE.items()
        if pattern.search(path.read_bytes())
    ]
    assert findings == []


def test_nothing_is_left_for_later() -> None:
    sources = [*tree.python(), *(tree.ROOT / "templates").rglob("*.html")]
    assert [str(path) for path in sources if _UNFINISHED.search(path.read_text())] == []


def test_other_peoples_data_is_not_committed() -> None:
    by_size: dict[int, list[Path]] = defaultdict(list)
    for path in tree.shared_data().rglob("*"):
        if path.is_file() and path.stat().st_size > 64:
            by_size[path.stat().st_size].append(path)
    copied = [
        (str(path.relative_to(tree.ROOT)), str(original))
        for path in tree.committed()
        for original in by_size.get(path.stat().st_size, ())
        if _digest(path) == _digest(original)
    ]
    assert copied == []


def test_large_files_are_not_committed() -> None:
    large = [str(path) for path in tree.committed() if path.stat().st_size > 1_000_000 and "vendor" not in path.parts]
    assert large == []


def test_scripts_may_be_executed() -> None:
    scripts = [tree.ROOT / ".ci/run", *(tree.ROOT / "scripts").glob("*.sh")]
    assert [str(path) for path in scripts if not os.access(path, os.X_OK)] == []


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(tree.ROOT)} -> {target}"
        for page in tree.committed()
        if page.suffix == ".md"
        for target in _LINK.findall(page.read_text())
        if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists()
    ]
    assert broken == []


def test_the_index_of_decisions_is_complete() -> None:
    assert (decisions.FOLDER / "README.md").read_text() == decisions.index(), "run: python -m scripts.decisions"


def test_names_say_what_a_module_is_about() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}
    assert [str(path) for path in tree.python() if path.stem in vague] == []


def test_modules_are_not_hidden_by_the_standard_library() -> None:
    tops = {path.relative_to(tree.ROOT).parts[0].removesuffix(".py") for path in tree.python()}
    assert tops & set(sys.stdlib_module_names) == set()


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()
