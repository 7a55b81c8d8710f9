"""What an operator may set is written down, and what is written down may be set."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_setting_is_documented() -> None:
    assert _read_by_the_code() - _documented() == set()


def test_every_documented_setting_exists() -> None:
    assert _documented() - _read_by_the_code() == set()


def _documented() -> set[str]:
    page = (ROOT / "docs/operators/settings.md").read_text()
    return set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \|", page, re.MULTILINE))


def _read_by_the_code() -> set[str]:
    files = [ROOT / "config.py", ROOT / "gunicorn.conf.py"]
    return {name for file in files for node in ast.walk(ast.parse(file.read_text())) for name in _variables(node)}


def _variables(node: ast.AST) -> list[str]:
    """Names of environment variables that a call such as ``env.int("PORT", 8000)`` reads."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return []
    first = node.args[0]
    reads = ast.unparse(node.func.value) in {"env", "os.environ"}
    return [first.value] if reads and isinstance(first, ast.Constant) and isinstance(first.value, str) else []
