"""The bundle's script where openssl knows ML-DSA (3.5 and later) and where it does not yet."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ipplatform.domain.evidence.formats import checkpoint, merkle, note, proof
from ipplatform.domain.evidence.formats.signing import SigningKey
from tests.contracts.evidence.conftest import HERE, Evidence, relist

PROOF = "log/entry.tlog-proof"
LISTED = "  { 2.16.840.1.101.3.4.3.17, id-ml-dsa-44, ML-DSA-44, MLDSA44 } @ default"
OLDER, NEWER = "older", "newer"

Run = Callable[..., subprocess.CompletedProcess[str]]
Forge = Callable[[proof.ProofFile, bytes, Sequence[SigningKey]], proof.ProofFile]


@pytest.fixture(scope="session")
def path_with(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """A PATH with an openssl that is `older` or `newer` than 3.5, whatever is installed."""
    real, folder = shutil.which("openssl"), tmp_path_factory.mktemp("openssl")
    if real is None:
        pytest.skip("needs openssl (Debian's package openssl)")
    lists = '[ "$1" = list ]'
    scripts = {
        OLDER: f'#!/bin/sh\n{lists} && exit 0\nexec {real} "$@"\n',
        NEWER: f"#!/bin/sh\n{lists} && {{ echo '{LISTED}'; exit 0; }}\n"
        f'[ "$1" = pkeyutl ] && exec {sys.executable} {HERE / "openssl_3_5.py"} {real} "$@"\nexec {real} "$@"\n',
    }
    for age, script in scripts.items():
        (folder / age).mkdir()
        (folder / age / "openssl").write_text(script)
        (folder / age / "openssl").chmod(0o755)
    return lambda age: f"{folder / age}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture
def run(path_with: Callable[[str], str]) -> Run:
    """`run(folder, age, *keys)`: verify.sh in the bundle there; without keys, with those from elsewhere."""

    def ran(folder: Path, age: str, *keys: str) -> subprocess.CompletedProcess[str]:
        command = ["sh", "bundle/verify.sh", *(keys or (folder / "vkeys").read_text().split())]
        environment = os.environ | {"PATH": path_with(age), "TSA_ROOTS": str(folder / "roots.pem")}
        ended = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert ended.stderr == ""
        return ended

    return ran


def verified(ended: subprocess.CompletedProcess[str]) -> bool:
    said = ended.stdout.rstrip().endswith("\nVERIFIED")
    assert said == (ended.returncode == 0), ended.stdout
    return said


def test_where_openssl_knows_ml_dsa_both_signatures_are_checked(evidence: Evidence, run: Run) -> None:
    ended = run(evidence.folder, NEWER)
    assert verified(ended)
    assert ended.stdout.count("signed this tree with the Ed25519 key") == 1
    assert ended.stdout.count("signed this tree with the ML-DSA-44 key") == 1


def test_where_it_does_not_the_script_says_what_it_left_unchecked(evidence: Evidence, run: Run) -> None:
    ended = run(evidence.folder, OLDER)
    assert verified(ended)
    assert "signed this tree with the Ed25519 key" in ended.stdout
    assert "signed this tree with the ML-DSA-44 key" not in ended.stdout
    assert "is there, but this openssl is older than 3.5 and cannot check it" in ended.stdout


def test_a_key_that_was_not_demanded_is_named(evidence: Evidence, run: Run) -> None:
    ed25519, mldsa = (evidence.folder / "vkeys").read_text().split()
    ended = run(evidence.folder, NEWER, ed25519)
    assert verified(ended)
    assert f"note     the key {mldsa.split('+')[1]} of log/vkeys.txt was not asked for" in ended.stdout
    assert "not asked for" not in run(evidence.folder, NEWER, mldsa, ed25519).stdout


def test_what_lies_beside_the_bundle_is_named_and_not_looked_at(evidence: Evidence, run: Run, tmp_path: Path) -> None:
    folder = shutil.copytree(evidence.folder, tmp_path / "copy")
    bundle = folder / "bundle"
    beside = ("notes.txt", "log/.DS_Store", "a name with  blanks", "-n")
    for name in beside:
        (bundle / name).write_text("mine")
    ended = run(folder, NEWER)
    assert verified(ended)
    notes = [
        line.partition("not looked at: ")[2] for line in ended.stdout.splitlines() if "no part of the bundle" in line
    ]
    assert sorted(notes) == sorted(beside)
    (bundle / "filing/invention.txt").write_text("slipped in")
    assert not verified(run(folder, NEWER))


def test_two_lists_of_different_files_are_refuted(evidence: Evidence, run: Run, tmp_path: Path) -> None:
    folder = shutil.copytree(evidence.folder, tmp_path / "copy")
    listed = folder / "bundle/SHA512SUMS"
    listed.write_text("".join(listed.read_text().splitlines(keepends=True)[1:]))
    ended = run(folder, NEWER)
    assert not verified(ended)
    assert "list different files" in ended.stdout


def resigned(proved: proof.ProofFile, change: Callable[[list[note.Signature]], None]) -> proof.ProofFile:
    opened = note.parse(proved.checkpoint)
    lines = list(opened.signatures)
    change(lines)
    return replace(proved, checkpoint=note.Note(opened.text, tuple(lines)).data)


def flipped(place: int) -> Forge:
    def forge(proved: proof.ProofFile, entry: bytes, stolen: Sequence[SigningKey]) -> proof.ProofFile:
        def change(lines: list[note.Signature]) -> None:
            raw = bytearray(lines[1].signature)
            raw[place] ^= 1
            lines[1] = replace(lines[1], signature=bytes(raw))

        return resigned(proved, change)

    return forge


def another_root(proved: proof.ProofFile, entry: bytes, stolen: Sequence[SigningKey]) -> proof.ProofFile:
    """A tree of this entry alone, signed with the stolen Ed25519 key, beside the ML-DSA line of the true head."""
    opened = note.parse(proved.checkpoint)
    head = replace(checkpoint.parse(opened.text), size=1, root=merkle.leaf_hash(entry))
    lines = (note.sign(head.text, head.origin, stolen[0]), *opened.signatures[1:])
    return proof.ProofFile(0, (), note.Note(head.text, lines).data)


def another_name(proved: proof.ProofFile, entry: bytes, stolen: Sequence[SigningKey]) -> proof.ProofFile:
    """The head under another log's name, signed with the stolen Ed25519 key, with the ML-DSA signature as it was."""
    opened = note.parse(proved.checkpoint)
    head = replace(checkpoint.parse(opened.text), origin="other.example/log")
    key_id = note.verifier_of(head.origin, stolen[1]).key_id
    mldsa = note.Signature(head.origin, key_id, opened.signatures[1].signature)
    lines = (note.sign(head.text, head.origin, stolen[0]), mldsa)
    return replace(proved, checkpoint=note.Note(head.text, lines).data)


def stripped(proved: proof.ProofFile, entry: bytes, stolen: Sequence[SigningKey]) -> proof.ProofFile:
    return resigned(proved, lambda lines: lines.pop(1) and None)


def shortened(proved: proof.ProofFile, entry: bytes, stolen: Sequence[SigningKey]) -> proof.ProofFile:
    def change(lines: list[note.Signature]) -> None:
        lines[1] = replace(lines[1], signature=lines[1].signature[:-1])

    return resigned(proved, change)


def forged(evidence: Evidence, to: Path, forge: Forge) -> Path:
    """A copy whose proof is forged and whose lists of digests fit; trusted are the keys under the name it bears."""
    folder = evidence.copy(to)
    path = folder / "bundle" / PROOF
    made = forge(proof.parse(path.read_bytes()), (folder / "bundle/log/entry.json").read_bytes(), evidence.stolen)
    path.write_bytes(made.data)
    name = note.parse(made.checkpoint).text.split("\n")[0]
    vkeys = [note.verifier_of(name, key).vkey for key in evidence.stolen]
    for file in (folder / "vkeys", folder / "bundle/log/vkeys.txt"):
        file.write_text("".join(f"{vkey}\n" for vkey in vkeys))
    relist(folder / "bundle")
    return folder


@pytest.mark.parametrize(
    "forge", [flipped(8), flipped(-1), flipped(7), another_root, another_name],
    ids=["signature", "last byte", "time", "root", "name"],
)  # fmt: skip
def test_what_the_ed25519_key_alone_would_pass_the_ml_dsa_signature_refutes(
    evidence: Evidence, run: Run, tmp_path: Path, forge: Forge
) -> None:
    folder = forged(evidence, tmp_path / "twin", forge)
    ended = run(folder, NEWER)
    assert ended.returncode == 1
    assert "signed this tree with the Ed25519 key" in ended.stdout
    assert "REFUTED  the ML-DSA-44 signature of" in ended.stdout
    assert "VERIFIED" not in ended.stdout


@pytest.mark.parametrize("age", [OLDER, NEWER])
@pytest.mark.parametrize(("forge", "reason"), [(stripped, "no signature by"), (shortened, "has another length")])
def test_a_missing_or_shortened_ml_dsa_signature_is_refuted_by_any_openssl(
    evidence: Evidence, run: Run, tmp_path: Path, forge: Forge, reason: str, age: str
) -> None:
    ended = run(forged(evidence, tmp_path / "twin", forge), age)
    assert ended.returncode == 1
    assert reason in ended.stdout
