from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from shutil import which

import pytest

from ipplatform.domain.evidence import sequencer, verify
from ipplatform.domain.evidence.bundle import archive, contents
from ipplatform.domain.evidence.bundle.reader import Bundle
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.time import queries, renewal, stamping
from ipplatform.domain.evidence.time.models import TimeAnchor
from ipplatform.foundation import clock
from ipplatform.foundation.db import db, transaction
from tests.authorities import Authority, MakeAuthority
from tests.domain.evidence.time.conftest import Configure, grow

YEAR = timedelta(days=365)
TOOLS = (
    "sh", "openssl", "sed", "grep", "head", "tail", "cut", "tr", "cmp", "wc", "od", "sha256sum", "sha512sum", "cat", "cp",
    "mktemp", "rm", "mv", "dirname", "date", "find", "sort",
)  # fmt: skip
NO_NETWORK = """\
import socket, sys
def refuse(*_): raise AssertionError("the network was asked")
socket.socket.connect = socket.getaddrinfo = refuse
from ipplatform.__main__ import main
sys.exit(main())
"""


def zipped(record: Record) -> bytes:
    with transaction(reads_only=True):
        fresh = db.session.get_one(Record, record.id, populate_existing=True)
        return b"".join(archive.stream(contents.members(fresh, with_filing=True)))


def lines(data: bytes, roots: bytes | None = None) -> tuple[int, str]:
    with Bundle(BytesIO(data)) as opened:
        checks = list(verify.verify(opened, None, roots))
    return verify.outcome(checks), "\n".join(check.line for check in checks)


def unpacked(data: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(BytesIO(data)) as opened:
        opened.extractall(folder)
    return folder


def script(folder: Path, year: int, **more: str) -> subprocess.CompletedProcess[str]:
    """verify.sh as somebody runs it in that year, with these tools: no product, no Python, nothing that asks a network."""
    tools = folder.parent / "tools"
    tools.mkdir(exist_ok=True)
    for name in TOOLS:
        if not (tools / name).exists():
            (tools / name).symlink_to(which(name) or f"/missing/{name}")
    command = [which("faketime") or "faketime", f"{year}-06-01 12:00:00", "sh", "verify.sh"]
    alone = {"PATH": str(tools), "TMPDIR": os.environ.get("TMPDIR", "/tmp")} | more
    return subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True, check=False, timeout=120)


def again(folder: Path) -> None:
    """Lists of digests that fit changed files, as a forger writes them."""
    for listing, tool in (("SHA256SUMS", "sha256sum"), ("SHA512SUMS", "sha512sum")):
        names = [line.split("  ")[1] for line in (folder / listing).read_text().splitlines()]
        done = subprocess.run([tool, *names], cwd=folder, capture_output=True, check=True)
        (folder / listing).write_bytes(done.stdout)


def rezipped(folder: Path) -> bytes:
    again(folder)
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as changed:
        for path in sorted(item for item in folder.rglob("*") if item.is_file()):
            changed.write(path, str(path.relative_to(folder)))
    return out.getvalue()


@pytest.fixture
def stamped(make_authority: MakeAuthority, configure: Configure, filed: Record) -> tuple[Record, list[Authority]]:
    """A filing whose log two authorities stamped later, when it had grown."""
    authorities = [make_authority("east"), make_authority("west", intermediate=True)]
    configure(*authorities)
    grow()
    stamping.stamp_newest()
    return filed, authorities


def test_a_bundle_carries_the_first_stamped_head_with_the_entry_and_verifies(
    stamped: tuple[Record, list[Authority]], tmp_path: Path
) -> None:
    record, authorities = stamped
    data = zipped(record)
    grow()
    stamping.stamp_newest()
    assert zipped(record) == data
    with zipfile.ZipFile(BytesIO(data)) as opened:
        names = [name for name in opened.namelist() if name.startswith("time/")]
        readme = opened.read("README.txt").decode()
    assert names == [
        "time/checkpoint.txt", "time/entry.tlog-proof", "time/east.tsr", "time/east.pem", "time/east.crl",
        "time/west.tsr", "time/west.pem", "time/west.crl",
    ]  # fmt: skip
    assert "east, west stamped" in readme
    outcome, text = lines(data)
    assert outcome == verify.VERIFIED
    assert "ok       time: west stamped the head" in text
    assert "roots came from the bundle" in text
    trusted = b"".join(item.root_file.read_bytes() for item in authorities)
    assert "roots came from" not in lines(data, trusted)[1]
    assert lines(data, authorities[0].root_file.read_bytes())[0] == verify.REFUTED
    (tmp_path / "roots.pem").write_bytes(trusted)
    folder = unpacked(data, tmp_path / "bundle")
    for more in ({}, {"TSA_ROOTS": str(tmp_path / "roots.pem")}):
        ended = script(folder, 2045, **more)
        assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout + ended.stderr
        assert "time/west.tsr stamped the head" in ended.stdout


def test_every_command_of_the_instructions_works_in_2045(
    stamped: tuple[Record, list[Authority]], tmp_path: Path
) -> None:
    folder = unpacked(zipped(stamped[0]), tmp_path / "bundle")
    shown = (folder / "VERIFY.txt").read_text().split("Time stamps of")[1].splitlines()
    commands = [line.strip() for line in shown if line.startswith(("    cat ", "    openssl "))]
    assert len(commands) == 6
    for command in commands:
        whole = ["faketime", "2045-01-01 00:00:00", "sh", "-c", command]
        done = subprocess.run(whole, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, command + done.stderr
        assert ("Verification: OK" in done.stdout) == command.startswith("openssl")


def swap_tokens(folder: Path, other: Path) -> None:
    (folder / "time/east.tsr").write_bytes((other / "time/east.tsr").read_bytes())


def swap_checkpoint(folder: Path, other: Path) -> None:
    for name in ("checkpoint.txt", "east.tsr", "west.tsr"):
        (folder / "time" / name).write_bytes((other / "time" / name).read_bytes())


def swap_proof(folder: Path, other: Path) -> None:
    (folder / "time/entry.tlog-proof").write_bytes((folder / "log/entry.tlog-proof").read_bytes())


def swap_root(folder: Path, other: Path) -> None:
    (folder / "time/east.pem").write_bytes((folder / "time/west.pem").read_bytes())


def swap_crl(folder: Path, other: Path) -> None:
    (folder / "time/east.crl").write_bytes((folder / "time/west.crl").read_bytes())


@pytest.mark.parametrize("tamper", [swap_tokens, swap_checkpoint, swap_proof, swap_root, swap_crl])
def test_a_tampered_twin_is_refuted_by_us_and_by_the_script(
    stamped: tuple[Record, list[Authority]], tmp_path: Path, tamper: Callable[[Path, Path], None]
) -> None:
    record, _ = stamped
    [later] = grow()
    stamping.stamp_newest()
    other = unpacked(zipped(later), tmp_path / "other")
    folder = unpacked(zipped(record), tmp_path / "bundle")
    tamper(folder, other)
    assert lines(rezipped(folder))[0] == verify.REFUTED
    ended = script(folder, 2027)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "REFUTED" in ended.stdout


def test_a_bundle_without_stamps_says_so(filed: Record, tmp_path: Path) -> None:
    data = zipped(filed)
    folder = unpacked(data, tmp_path / "bundle")
    assert "platform's own statement" in (folder / "README.txt").read_text().replace("\n  ", " ")
    assert "note     time: no independent" in lines(data)[1]
    assert "no independent time stamp" in script(folder, 2027).stdout


def at_year(years: int, *authorities: Authority) -> None:
    """The authorities' clocks `years` from now, with new certificates and lists of that day."""
    for item in authorities:
        item.moment = datetime.now(UTC).replace(microsecond=0) + years * YEAR
        item.take_certificate(item.moment - timedelta(days=30), item.moment + 15 * YEAR)
        item.publish_crl(item.moment - timedelta(hours=1), item.moment + timedelta(days=1))


def test_a_renewed_bundle_verifies_in_2030_and_2045_and_one_not_renewed_says_what_has_ended(
    stamped: tuple[Record, list[Authority]], tmp_path: Path
) -> None:
    record, authorities = stamped
    old = zipped(record)
    with clock.shifted(7 * YEAR + timedelta(days=330)):
        at_year(7, *authorities)
        report = renewal.renew()
        sequencer.run_once()
    assert (report.renewed, report.waiting, report.problem) == ([6], 0, "")
    assert script(unpacked(old, tmp_path / "old"), 2030).returncode == 0
    folder = unpacked(zipped(record), tmp_path / "bundle")
    assert (folder / "time/renewal-001-east.tsr").exists()
    for year in (2030, 2045):
        ended = script(folder, year)
        assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout + ended.stderr
        assert "renewal-001-east.tsr stamped everything before it" in ended.stdout
    for year, data, remark in ((2030, old, False), (2045, old, True), (2030, None, False), (2045, None, True)):
        bundle = tmp_path / "bundle.zip"
        bundle.write_bytes(data or zipped(record))
        moment = f"{year}-06-01 12:00:00"
        command = ["faketime", moment, sys.executable, "-c", NO_NETWORK, "evidence", "verify", str(bundle)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert ("and nothing renews it" in done.stdout) == remark, done.stdout


def test_a_renewal_covers_every_byte_before_it_and_is_written_in_the_log(
    stamped: tuple[Record, list[Authority]], tmp_path: Path
) -> None:
    record, authorities = stamped
    with transaction(reads_only=True):
        before = queries.interval(record.leaf_index)
    at_year(7, *authorities)
    assert renewal.renew().renewed == []
    for _ in range(2):
        assert renewal.renew(every=True).renewed == [6]
    assert sequencer.run_once() == 2
    with transaction(reads_only=True):
        kinds = [item.kind for item in db.session.query(Record).order_by(Record.id.desc()).limit(2)]
        assert db.session.query(TimeAnchor).count() == 4
        assert queries.interval(record.leaf_index) == before
    assert kinds == [renewal.RECORD_KIND] * 2
    folder = unpacked(zipped(record), tmp_path / "bundle")
    assert script(folder, 2040).returncode == 0
    first = (folder / "time/renewal-001-east.tsr").read_bytes()
    (folder / "time/renewal-002-east.tsr").write_bytes(first)
    assert lines(rezipped(folder))[0] == verify.REFUTED
    assert script(folder, 2040).returncode == 1


def test_a_renewal_that_lasts_no_longer_is_not_kept_and_says_what_to_do(
    stamped: tuple[Record, list[Authority]],
) -> None:
    with clock.shifted(8 * YEAR - timedelta(days=30)):
        report = renewal.renew()
    assert (report.renewed, report.waiting) == ([], 1)
    assert "next certificate" in report.problem


def test_a_renewal_that_came_too_late_is_named(stamped: tuple[Record, list[Authority]]) -> None:
    record, authorities = stamped
    at_year(9, *authorities)
    with clock.shifted(9 * YEAR):
        assert renewal.renew().renewed == [6]
        sequencer.run_once()
    outcome, text = lines(zipped(record))
    assert outcome == verify.VERIFIED
    assert "before it was renewed" in text
