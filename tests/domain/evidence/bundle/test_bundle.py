from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask

from config import Settings
from ipplatform.domain.evidence import keys, queries, sequencer, verify
from ipplatform.domain.evidence.bundle import archive, contents
from ipplatform.domain.evidence.bundle.reader import Bundle, Unusable
from ipplatform.domain.evidence.formats import note, policy
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation import storage
from ipplatform.foundation.db import transaction
from ipplatform.foundation.errors import Conflict, NotFound
from ipplatform.foundation.secretbox import Damaged
from tests.factories.evidence import make_record, make_records, stored_document

ASSET = "0123456789abcdef"


def zipped(record: Record, *, with_filing: bool = True) -> bytes:
    with transaction(reads_only=True):
        return b"".join(archive.stream(contents.members(record, with_filing=with_filing)))


def lines(data: bytes, trusted: policy.Policy | None = None) -> tuple[int, list[str]]:
    with Bundle(io.BytesIO(data)) as opened:
        checks = list(verify.verify(opened, trusted))
    return verify.outcome(checks), [check.line for check in checks]


def rebuilt(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The same zip with other members."""
    with zipfile.ZipFile(io.BytesIO(data)) as original:
        members = {info.filename: original.read(info) for info in original.infolist()}
    change(members)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as changed:
        for name, content in members.items():
            changed.writestr(name, content)
    return out.getvalue()


@pytest.fixture
def filed(app: Flask) -> Record:
    """A filing with two documents of one name, between others and with a later filing about the same asset."""
    make_records(4)
    documents = [stored_document(b"first"), stored_document(b"second" * 30_000)]
    record = make_record(asset=ASSET, documents=documents)
    make_record(asset=ASSET, kind="office_decision")
    make_records(3)
    sequencer.run_once()
    return record


def test_a_bundle_holds_its_files_in_a_fixed_order(filed: Record) -> None:
    with zipfile.ZipFile(io.BytesIO(zipped(filed))) as opened:
        assert opened.namelist() == [
            "README.txt",
            "README.zh.txt",
            "VERIFY.txt",
            "verify.sh",
            "SHA256SUMS",
            "SHA512SUMS",
            "filing/manifest.json",
            "filing/salt.hex",
            "filing/001-claims.pdf",
            "filing/002-claims.pdf",
            "log/entry.json",
            "log/entry.tlog-proof",
            "log/policy.txt",
            "log/vkeys.txt",
            "history/000000000005.json",
            "history/000000000005.tlog-proof",
        ]
        assert opened.testzip() is None
        assert {info.date_time for info in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_same_evidence_gives_the_same_bytes_even_when_the_log_has_grown(filed: Record) -> None:
    before = zipped(filed)
    make_records(300)
    sequencer.run_once()
    assert zipped(filed) == before


def test_a_bundle_verifies_against_the_logs_policy(filed: Record) -> None:
    outcome, report = lines(zipped(filed), keys.policy())
    assert outcome == verify.VERIFIED
    text = "\n".join(report)
    for name in ("files", "manifest", "document", "commitment", "signature", "inclusion", "history"):
        assert f"ok       {name}:" in text
    assert "REFUTED" not in text


def test_a_public_bundle_shows_nothing_of_the_filing_and_verifies(filed: Record) -> None:
    data = zipped(filed, with_filing=False)
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert not [name for name in opened.namelist() if name.startswith("filing/")]
    assert lines(data, keys.policy())[0] == verify.VERIFIED


def test_without_a_trusted_key_the_report_says_where_the_key_came_from(filed: Record) -> None:
    outcome, report = lines(zipped(filed))
    assert outcome == verify.VERIFIED
    (told,) = [line for line in report if "came from the bundle itself" in line]
    ed25519, mldsa = keys.policy().logs
    assert "the keys came from the bundle itself; compare them with those you trust: " in told
    assert ed25519.vkey in told
    assert f"{mldsa.name}+{mldsa.key_id.hex()}+" in told
    assert f"…{mldsa.vkey[-12:]} (its SHA-256: {hashlib.sha256(mldsa.vkey.encode()).hexdigest()})" in told
    assert len(told) < 500
    (signed,) = [line for line in report if "signed the tree" in line]
    assert signed.endswith("only the holder of those keys could")


def test_files_that_are_listed_nowhere_and_files_that_are_gone_are_told_apart(filed: Record) -> None:
    data = zipped(filed)
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    gone = next(name for name in members if name.startswith("filing/"))
    for changed, said in (
        ({**members, "notes.txt": b"mine"}, "SHA256SUMS does not list the files that are here: notes.txt"),
        (
            {name: held for name, held in members.items() if name != gone},
            f"SHA256SUMS lists files that are not here: {gone}",
        ),
    ):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as made:
            for name, held in changed.items():
                made.writestr(name, held)
        outcome, report = lines(packed.getvalue())
        assert outcome == verify.REFUTED
        assert any(said in line for line in report)


def test_another_logs_key_refutes(filed: Record) -> None:
    other = note.parse_vkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    same_name = note.VerifierKey(keys.policy().origin, 1, other.public)
    for key in (other, same_name):
        assert lines(zipped(filed), policy.Policy((key,)))[0] == verify.REFUTED


def test_a_policy_of_two_keys_demands_both(filed: Record) -> None:
    second = note.VerifierKey(keys.policy().origin, 6, b"k" * 1312)
    both = policy.Policy((*keys.policy().logs, second))
    assert lines(zipped(filed), both)[0] == verify.REFUTED


def test_a_quorum_nobody_signed_refutes(filed: Record) -> None:
    witness = note.parse_vkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    demanding = policy.Policy(keys.policy().logs, witnesses={"w": witness}, quorum="w")
    assert lines(zipped(filed), demanding)[0] == verify.REFUTED


@pytest.mark.parametrize("name", ["filing/manifest.json", "filing/salt.hex", "filing/002-claims.pdf", "log/entry.json",
                                  "log/entry.tlog-proof", "README.txt", "history/000000000005.json"])  # fmt: skip
def test_a_changed_byte_refutes_whatever_the_lists_of_digests_say(filed: Record, name: str) -> None:
    def change(members: dict[str, bytes]) -> None:
        members[name] = members[name][:-2] + bytes([members[name][-2] ^ 1]) + members[name][-1:]

    assert lines(rebuilt(zipped(filed), change), keys.policy())[0] == verify.REFUTED


@pytest.mark.parametrize("name", ["filing/manifest.json", "filing/salt.hex", "filing/002-claims.pdf", "log/entry.json",
                                  "log/entry.tlog-proof", "history/000000000005.json"])  # fmt: skip
def test_a_forger_who_also_rewrites_the_lists_is_refuted(filed: Record, name: str) -> None:
    def forge(members: dict[str, bytes]) -> None:
        members[name] = members[name][:-2] + bytes([members[name][-2] ^ 1]) + members[name][-1:]
        listed = [item for item in members if not item.endswith("SUMS")]
        entries = [contents.of_bytes(item, members[item]) for item in listed]
        members["SHA256SUMS"] = "".join(f"{item.sha256}  {item.name}\n" for item in entries).encode()
        members["SHA512SUMS"] = "".join(f"{item.sha512}  {item.name}\n" for item in entries).encode()

    assert lines(rebuilt(zipped(filed), forge), keys.policy())[0] == verify.REFUTED


def test_an_added_file_refutes(filed: Record) -> None:
    data = rebuilt(zipped(filed), lambda members: members.update({"filing/extra.pdf": b"x"}))
    assert lines(data, keys.policy())[0] == verify.REFUTED


def test_a_bundle_without_its_entry_is_unusable(filed: Record) -> None:
    def remove(members: dict[str, bytes]) -> None:
        del members["SHA256SUMS"]

    with pytest.raises(Unusable):
        lines(rebuilt(zipped(filed), remove))


def test_a_record_awaiting_inclusion_has_no_bundle_yet(app: Flask) -> None:
    record = make_record()
    with pytest.raises(Conflict) as refused:
        zipped(record)
    assert refused.value.code == "awaiting_inclusion"


def test_an_erased_filing_has_only_the_public_bundle(filed: Record) -> None:
    with transaction():
        filed.manifest = filed.salt = None
    with pytest.raises(NotFound):
        zipped(filed)
    assert lines(zipped(filed, with_filing=False), keys.policy())[0] == verify.VERIFIED


def test_a_damaged_document_breaks_the_download_off(filed: Record) -> None:
    with transaction(reads_only=True):
        key = filed.documents[1].storage_key
    assert key is not None
    path = storage.path_of(key)
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(Damaged):
        zipped(filed)


def test_a_replaced_document_breaks_the_download_off(filed: Record) -> None:
    with transaction():
        filed.documents[0].storage_key = storage.put_stream([b"other"])
    with pytest.raises(archive.Changed):
        zipped(filed)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("claims.pdf", "claims.pdf"),
        ("../../etc/passwd", "etc_passwd"),
        ("权利要求书.pdf", "pdf"),
        ("", "document"),
        (".hidden", "hidden"),
        ("a" * 300 + ".pdf", "a" * 76 + ".pdf"),
        ("x\x00y.pdf", "x_y.pdf"),
    ],
)
def test_names_of_documents_are_safe_on_every_system(name: str, safe: str) -> None:
    assert contents.safe_name(name) == safe


def test_queries_find_the_record_by_its_filing(filed: Record, settings: Settings) -> None:
    assert queries.record_by_filing(filed.public_id) is filed
    assert queries.record_by_filing("nothing") is None
