"""The files of this repository, as the tests of the tree see them."""

import os
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_MADE = {".venv", ".git", "var", "artefacts", "node_modules", "__pycache__", "build", "dist"}


@cache
def committed() -> tuple[Path, ...]:
    """Every file under version control, or every file of the tree where there is no git."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=False, capture_output=True, text=True)
    if listing.returncode == 0 and listing.stdout:
        return tuple(path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file())
    return tuple(path for path in ROOT.rglob("*") if path.is_file() and not _MADE & set(path.relative_to(ROOT).parts))


def python(*folders: str) -> list[Path]:
    """Python files below ``folders``, or all of them."""
    files = [path for path in committed() if path.suffix == ".py"]
    tops = tuple(ROOT / folder for folder in folders)
    return [path for path in files if not tops or any(path.is_relative_to(top) for top in tops)]


def shared_data() -> Path:
    """Where other people's files lie, if anywhere."""
    return Path(os.environ.get("SHARED_DATA") or ROOT.parent / "shared" / "data")
