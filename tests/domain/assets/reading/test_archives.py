"""Files are told by their bytes, and bombs are told by their ratio."""

import gzip
import io
import zipfile

import pytest

from ipplatform.domain.assets.reading import archives
from ipplatform.domain.assets.reading.archives import Limits, UnusableFile, open_file

XML = b'<?xml version="1.0"?><a/>'


def opened(content: bytes, limits: Limits | None = None) -> dict[str, bytes]:
    found = open_file(io.BytesIO(content), limits or Limits())
    return {member.name: b"".join(member.chunks) for member in found.members}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def code_of(content: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(UnusableFile) as refusal:
        opened(content, limits)
    return refusal.value.code


def test_plain_gzip_and_zip_are_opened_whatever_they_are_called() -> None:
    assert opened(XML) == {"": XML}
    assert opened(gzip.compress(XML, mtime=0)) == {"": XML}
    assert opened(gzip.compress(XML, mtime=0) + gzip.compress(XML, mtime=0)) == {"": XML + XML}
    assert opened(zipped({"a.xml": XML, "b.XML": XML})) == {"a.xml": XML, "b.XML": XML}


def test_what_is_no_xml_in_a_zip_is_named() -> None:
    found = open_file(io.BytesIO(zipped({"list.txt": b"1", "a.xml": XML, "sub/": b""})), Limits())
    assert found.skipped == ("list.txt",)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not_xml"),
        (b"PK\x03\x04 broken", "zip_broken"),
        (zipped({"list.txt": b"1"}), "zip_no_xml"),
        (zipped({}), "zip_no_xml"),
        (gzip.compress(XML * 100, mtime=0)[:-20], "gzip_broken"),
        (b"\x1f\x8b\x08 no gzip at all", "gzip_broken"),
        (zipped({"a.xml": XML * 500})[:-30], "zip_broken"),
        (zipped({f"{number}.xml": b"" for number in range(archives.MOST_MEMBERS + 1)}), "zip_many"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, code: str) -> None:
    assert code_of(content) == code


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    assert code_of(zipped({"a.xml": b" " * 40_000_000})) == "bomb"


def test_a_gzip_bomb_is_stopped_while_it_unpacks() -> None:
    assert code_of(gzip.compress(b" " * 40_000_000, mtime=0)) == "bomb"


def test_a_zip_that_lies_about_its_size_is_stopped() -> None:
    honest = zipped({"a.xml": b" " * 40_000_000})
    place = honest.rindex(b"PK\x01\x02")
    lying = honest[: place + 24] + (1_000).to_bytes(4, "little") + honest[place + 28 :]
    assert code_of(lying) in {"bomb", "zip_broken"}


def test_ordinary_repetition_is_no_bomb() -> None:
    assert len(opened(gzip.compress(b" " * 10_000_000, mtime=0))[""]) == 10_000_000


def test_more_than_the_service_reads_at_once_is_refused() -> None:
    limits = Limits(unpacked_bytes=1_000)
    assert code_of(b"<a>" + b"x" * 1_000, limits) == "unpacked_large"
    assert code_of(zipped({"a.xml": b"x" * 1_001}, zipfile.ZIP_STORED), limits) == "unpacked_large"
    assert code_of(gzip.compress(b"x" * 1_001, mtime=0), limits) == "unpacked_large"


def test_a_locked_zip_is_named_so() -> None:
    locked = bytearray(zipped({"a.xml": XML}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(signature) + offset] |= 1
    assert code_of(bytes(locked)) == "zip_encrypted"


def test_a_zip_with_a_climbing_name_is_read_but_never_written() -> None:
    assert opened(zipped({"../../../etc/evil.xml": XML})) == {"../../../etc/evil.xml": XML}
