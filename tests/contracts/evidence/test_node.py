"""Node's crypto and the library for ML-DSA that our pages carry, outside our pages, over our files."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.contracts.evidence.conftest import HERE, Evidence, Judge
from tests.contracts.evidence.twins import TWINS

VENDOR = HERE.parents[2] / "ipplatform/static/vendor"
LIBRARIES = ("hashes", "curves", "post-quantum")
MISSING = "needs Node.js (Debian's package nodejs)"


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The verifier beside the libraries, where Node looks for them; an import map is for browsers only."""
    node = shutil.which("node")
    if node is None:
        pytest.skip(MISSING)
    folder = tmp_path_factory.mktemp("node")
    for script in (HERE / "node").iterdir():
        shutil.copy(script, folder)
    for name in LIBRARIES:
        [vendored] = VENDOR.glob(f"noble-{name}-*")
        package = shutil.copytree(vendored, folder / "node_modules/@noble" / name)
        (package / "package.json").write_text(json.dumps({"name": f"@noble/{name}", "type": "module"}))
    return [node, str(folder / "verify.mjs")]


@pytest.fixture(scope="session")
def answers(
    program: list[str], evidence: Evidence, judge: Judge, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """What the verifier says of the genuine folder and of every twin, in one run."""
    folder = tmp_path_factory.mktemp("twins")
    folders = {"genuine": evidence.folder}
    for number, (name, (_, tamper)) in enumerate(TWINS.items()):
        folders[name] = evidence.copy(folder / str(number))
        tamper(folders[name], evidence.stolen)
    return judge(program, folders)


def test_node_verifies_both_signatures_the_proof_and_every_entry(answers: dict[str, str]) -> None:
    assert answers["genuine"] == "ok"


@pytest.mark.parametrize("name", TWINS)
def test_node_refuses_a_tampered_twin(answers: dict[str, str], name: str) -> None:
    assert answers[name].startswith(TWINS[name][0])


def test_the_library_of_our_pages_judges_wycheproofs_ml_dsa_cases_as_it_must(program: list[str]) -> None:
    script = str(Path(program[1]).with_name("wycheproof.mjs"))
    cases = str(HERE.parents[1] / "vendor/wycheproof-1.0.28/mldsa_44_verify_test.json")
    ended = subprocess.run([program[0], script, cases], capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == {"tried": 180, "disagreed": []}
