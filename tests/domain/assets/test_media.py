"""The content says what a file is; its name may only agree."""

import pytest

from ipplatform.domain.assets import media
from ipplatform.foundation.errors import Invalid

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("start", "name", "media_type"),
    [
        (b"%PDF-1.7\n", "a.pdf", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "a.PNG", "image/png"),
        (b"\xff\xd8\xff\xe0", "a.jpeg", "image/jpeg"),
        (b"II*\x00rest", "a.tif", "image/tiff"),
        (b"MM\x00*rest", "a.tiff", "image/tiff"),
        (b"\x00\x00\x00\x18ftypisom", "film.mp4", "video/mp4"),
        (b"PK\x03\x04....[Content_Types].xml", "a.docx", DOCX),
        (b"PK\x03\x04....", "a.zip", "application/zip"),
        (b"\x1f\x8b\x08\x00", "a.xml.gz", "application/gzip"),
        (b"<?xml version='1.0'?><a/>", "a.xml", "application/xml"),
        (b"\xef\xbb\xbf  <a/>", "a.xml", "application/xml"),
        ("说明书".encode(), "a.txt", "text/plain"),
        ("说明书".encode("gbk"), "a.txt", "text/plain"),
        (b"def main(): pass", "main.py", "text/plain"),
        (b'{"a": 1}', "a.json", "application/json"),
        (b"a,b", "a.csv", "text/csv"),
        (b"plain", "README", "text/plain"),
        (b"<html><script>alert(1)</script>", "a.html", "text/plain"),
        (b"<svg onload='x'/>", "a.svg", "text/plain"),
    ],
)
def test_the_type_is_read_from_the_content(start: bytes, name: str, media_type: str) -> None:
    assert media.sniff(start, name) == media_type


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"\x89PNG\r\n\x1a\n", "a.pdf"),
        (b"%PDF-1.7", "a.png"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "setup.exe"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "a.pdf"),
        (b"\x7fELF\x02\x01\x01\x00", "program"),
        (b"just text", "a.pdf"),
        (b"just text", "a.xml"),
        (b"PK\x03\x04", "a.docx"),
        (b"text with \x00 in it", "a.txt"),
        (b"\x00\x01\x02\x03" * 9, "a.bin"),
    ],
)
def test_a_wrong_type_is_refused_at_the_file(start: bytes, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        media.sniff(start, name)
    assert name in str(refusal.value.fields["file"][0])
    assert refusal.value.code == "media_type"


def test_a_character_cut_at_the_end_of_the_sample_is_still_text() -> None:
    start = ("a" * (media.SNIFFED_BYTES - 1) + "汉").encode()[: media.SNIFFED_BYTES]
    assert media.sniff(start, "a.txt") == "text/plain"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("drawings.pdf", "drawings.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\claims.docx", "claims.docx"),
        ("  two   words .txt", "two words .txt"),
        ("说明书.pdf", "说明书.pdf"),
        ("cafe\u0301.txt", "café.txt"),
        ("\u202egpj.exe", "gpj.exe"),
        ("🙂.png", "🙂.png"),
        (".hidden", ".hidden"),
    ],
)
def test_a_name_is_the_last_part_of_a_path(name: str, kept: str) -> None:
    assert media.clean_name(name) == kept


@pytest.mark.parametrize("name", ["", None, "..", "a/..", "   ", "a\x00.pdf", "a\nb.pdf", "folder/", "\ud800.txt"])
def test_a_name_that_is_none_is_refused(name: str | None) -> None:
    with pytest.raises(Invalid):
        media.clean_name(name)


def test_a_long_name_keeps_its_ending() -> None:
    kept = media.clean_name("x" * 400 + ".pdf")
    assert len(kept) == 255
    assert kept.endswith(".pdf")
