from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from ipplatform.domain.evidence.bundle import reader
from ipplatform.domain.evidence.bundle.reader import Bundle, Unusable
from ipplatform.domain.evidence.report import Refuted


def made(members: list[tuple[zipfile.ZipInfo | str, bytes]], method: int = zipfile.ZIP_STORED) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data, compress_type=method)
    out.seek(0)
    return out


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def test_plain_members_are_read() -> None:
    with Bundle(made([("a.txt", b"one"), ("log/b.txt", b"two")], zipfile.ZIP_DEFLATED)) as opened:
        assert opened.names == ["a.txt", "log/b.txt"]
        assert opened.read("log/b.txt") == b"two"
        with pytest.raises(Unusable, match="missing"):
            opened.read("c.txt")


@pytest.mark.parametrize(
    "name",
    ["../a", "a/../b", "/a", "a//b", "a\\b", "C:a", "a/", "a/b/c/d", ".hidden", "a\nb", "é", "a" * 201, "-rf", "a/.b"],
)
def test_names_a_bundle_never_has_are_refused(name: str) -> None:
    with pytest.raises(Unusable):
        Bundle(made([(name, b"x")]))


ADDED = [
    "__MACOSX/",
    "__MACOSX/evidence (1)/._log",
    "evidence (1)/.DS_Store",
    "evidence (1)/log/._entry.json",
    ".DS_Store",
]


def test_what_a_mac_adds_is_left_out_and_named() -> None:
    packed = made([(ADDED[0], b""), *((name, b"x") for name in ADDED[1:]), ("evidence (1)/SHA256SUMS", b"")])
    with Bundle(packed) as opened:
        assert opened.names == ["SHA256SUMS"]
        assert opened.skipped == ADDED
        with pytest.raises(Unusable, match="missing"):
            opened.read("log/._entry.json")
    with Bundle(made([("a.txt", b"one")])) as opened:
        assert opened.skipped == []


@pytest.mark.parametrize(
    "name",
    [
        ".DS_Store2",
        ".ds_store",
        "a/.DS_Store/b",
        "._a/b",
        "__macosx/.a",
        "x__MACOSX/.a",
        "._é",
        "__MACOSX/a\nb",
        "._" + "a" * 199,
    ],
)
def test_nothing_else_is_left_out(name: str) -> None:
    with pytest.raises(Unusable, match="is not one a bundle has"):
        Bundle(made([("a.txt", b"one"), (name, b"x")]))


def test_what_is_left_out_counts_towards_the_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = made([("a.txt", b"one"), ("__MACOSX/._a.txt", b"two")])
    monkeypatch.setattr(reader, "LARGEST_TOTAL", 5)
    with pytest.raises(Unusable, match="larger than a bundle may be"):
        Bundle(packed)
    monkeypatch.undo()
    monkeypatch.setattr(reader, "MOST_MEMBERS", 1)
    with pytest.raises(Unusable, match="more than 1 files"):
        Bundle(packed)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("names", [("a", "a"), ("a", "A")])
def test_a_name_occurs_once(names: tuple[str, str]) -> None:
    with pytest.raises(Unusable, match="twice"):
        Bundle(made([(name, b"x") for name in names]))


def test_links_are_refused() -> None:
    with pytest.raises(Unusable, match="link"):
        Bundle(made([(link("a"), b"/etc/passwd")]))


def test_a_bomb_is_refused_before_a_byte_is_unpacked() -> None:
    with pytest.raises(Unusable, match="grows"):
        Bundle(made([("a", b"\x00" * 10_000_000)], zipfile.ZIP_DEFLATED))


def test_too_many_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_MEMBERS", 2)
    with pytest.raises(Unusable, match="more than 2"):
        Bundle(made([("a", b""), ("b", b""), ("c", b"")]))


def test_too_much_content_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "LARGEST_TOTAL", 5)
    with pytest.raises(Unusable, match="larger"):
        Bundle(made([("a", b"xxx"), ("b", b"xxx")]))


def test_other_ways_of_compression_are_refused() -> None:
    with pytest.raises(Unusable, match="unknown way"):
        Bundle(made([("a", b"x" * 100)], zipfile.ZIP_BZIP2))


def test_a_text_is_not_read_when_it_is_huge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "LARGEST_TEXT", 5)
    with Bundle(made([("a", b"xxxxxx")])) as opened, pytest.raises(Unusable, match="larger"):
        opened.read("a")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_damaged_content_is_refuted_by_name(method: int) -> None:
    data = bytearray(made([("a", bytes(range(200)))], method).getvalue())
    data[60] ^= 1
    with Bundle(io.BytesIO(bytes(data))) as opened, pytest.raises(Refuted, match="a is damaged"):
        opened.read("a")


def test_content_that_cannot_be_got_at_is_unusable() -> None:
    data = bytearray(made([("a", b"hello hello")]).getvalue())
    data[0] ^= 1
    with Bundle(io.BytesIO(bytes(data))) as opened, pytest.raises(Unusable, match="unpacked"):
        opened.read("a")


def folder(name: str, kind: int = stat.S_IFDIR) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (kind | 0o755) << 16
    return info


def test_entries_for_folders_are_left_out() -> None:
    with Bundle(made([("log/", b""), ("log/b.txt", b"two"), (folder("time/"), b""), ("a.txt", b"one")])) as opened:
        assert opened.names == ["log/b.txt", "a.txt"]
        assert opened.read("log/b.txt") == b"two"


@pytest.mark.parametrize("outer", ["bundle/", "evidence-DH0Y-A6MV (1)/"])
@pytest.mark.parametrize("entry", [True, False])
def test_one_folder_around_everything_is_left_out(outer: str, entry: bool) -> None:
    listed: list[tuple[zipfile.ZipInfo | str, bytes]] = [(f"{outer}SHA256SUMS", b"x"), (f"{outer}log/b.txt", b"two")]
    with Bundle(made([(folder(outer), b""), *listed] if entry else listed)) as opened:
        assert opened.names == ["SHA256SUMS", "log/b.txt"]
        assert opened.read("log/b.txt") == b"two"


@pytest.mark.parametrize(
    "names",
    [
        ["../SHA256SUMS"],
        ["./SHA256SUMS"],
        ["/SHA256SUMS"],
        ["/"],
        [" /SHA256SUMS"],
        ["a..b/SHA256SUMS"],
        [".a/SHA256SUMS"],
        ["a/SHA256SUMS", "a/../b"],
        ["a/SHA256SUMS", "a//"],
        ["a/SHA256SUMS", "a//b"],
        ["a/SHA256SUMS", "a/b", "a/B"],
        ["a/SHA256SUMS", "a/b", "a/b/"],
        ["a/SHA256SUMS", "a/b/c/d/e"],
        ["a (1)/SHA256SUMS", "b/c"],
        ["log/", "LOG/"],
        ["../"],
        ["a/b/c/d/"],
    ],
)
def test_folders_open_no_way_around_the_names(names: list[str]) -> None:
    with pytest.raises(Unusable):
        Bundle(made([(name, b"") for name in names]))


@pytest.mark.parametrize(
    ("info", "data"), [(folder("log/"), b"x"), (folder("log/", stat.S_IFLNK), b""), (folder("log"), b"")]
)
def test_a_folder_holds_no_bytes_and_is_a_folder(info: zipfile.ZipInfo, data: bytes) -> None:
    with pytest.raises(Unusable, match="folder or a link"):
        Bundle(made([(info, data)]))


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(made([("a", b"hello")]).getvalue())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Unusable, match="encrypted"):
        Bundle(io.BytesIO(bytes(data)))


def test_what_is_no_zip_is_unusable(tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"PK\x03\x04 no")
    for file in (tmp_path / "no.zip", tmp_path / "absent.zip"):
        with pytest.raises(Unusable):
            Bundle(file)
