"""Files and functions stay small enough to be read at a sitting. The bounds are twice what we aim at."""

import ast
from pathlib import Path
from statistics import median, quantiles

from tests.architecture import tree

_LONGEST_FILE = 500
_LONGEST_FUNCTION = 80


def test_files_are_short() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in tree.python("ipplatform") if path.stat().st_size}
    assert median(lengths.values()) < 160
    assert quantiles(lengths.values(), n=20)[-1] < 400
    assert {str(path): length for path, length in lengths.items() if length > _LONGEST_FILE} == {}


def test_functions_are_short() -> None:
    lengths = {
        f"{path.relative_to(tree.ROOT)}:{node.name}": _length(node)
        for path in tree.python("ipplatform")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert median(lengths.values()) <= 12
    assert {name: length for name, length in lengths.items() if length > _LONGEST_FUNCTION} == {}


def test_tests_are_as_long_as_the_source() -> None:
    assert _lines(tree.python("tests")) >= 0.5 * _lines(tree.python("ipplatform"))


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _lines(paths: list[Path]) -> int:
    return sum(len(path.read_text().splitlines()) for path in paths)
