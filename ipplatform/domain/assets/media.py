"""What a file really is, told by its first bytes, and what a file may be called."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from ipplatform.foundation.errors import Invalid
from ipplatform.foundation.i18n import _

SNIFFED_BYTES = 4096
LONGEST_NAME = 255

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"II+\x00", "image/tiff"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (0, b"ID3", "audio/mpeg"),
    (8, b"WAVE", "audio/wav"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"ISO-10303-21", "model/step"),
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_IN_ZIP: Mapping[str, str] = {
    ".docx": _OFFICE + "wordprocessingml.document",
    ".xlsx": _OFFICE + "spreadsheetml.sheet",
    ".pptx": _OFFICE + "presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
}
_TEXTS: Mapping[str, str] = {".xml": "application/xml", ".json": "application/json", ".csv": "text/csv"}
# What each ending promises; an ending not named here promises nothing.
_PROMISED: Mapping[str, tuple[str, ...]] = {
    ".pdf": ("application/pdf",),
    ".png": ("image/png",),
    ".jpg": ("image/jpeg",),
    ".jpeg": ("image/jpeg",),
    ".tif": ("image/tiff",),
    ".tiff": ("image/tiff",),
    ".gif": ("image/gif",),
    ".webp": ("image/webp",),
    ".mp4": ("video/mp4",),
    ".m4v": ("video/mp4",),
    ".mov": ("video/mp4",),
    ".webm": ("video/webm",),
    ".zip": ("application/zip",),
    ".gz": ("application/gzip",),
    ".7z": ("application/x-7z-compressed",),
    ".xml": ("application/xml",),
    ".json": ("application/json",),
    ".txt": ("text/plain",),
    ".csv": ("text/csv",),
    **{ending: (media_type,) for ending, media_type in _IN_ZIP.items()},
}
# Marks that turn reading direction inside a name and can make "gpj.exe" look like "exe.jpg".
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0xFEFF])


def clean_name(name: str | None) -> str:
    """A file name fit to keep: the last part of a path, NFC, at most 255 characters with its ending.

    Raises Invalid on ``file`` for control characters (NUL among them) and for names that are none.
    """
    text = unicodedata.normalize("NFC", name or "")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise Invalid({"file": [_("The file name contains unprintable characters. Rename the file and try again.")]})
    last = " ".join(text.translate(_TURNING).replace("\\", "/").rpartition("/")[2].split())
    if last.strip(". ") == "":
        raise Invalid({"file": [_("The file has no name. Rename the file and try again.")]})
    stem, dot, ending = last.rpartition(".")
    if len(last) > LONGEST_NAME and dot and len(ending) <= 10:
        return stem[: LONGEST_NAME - len(ending) - 1] + dot + ending
    return last[:LONGEST_NAME]


def ending_of(name: str) -> str:
    """``.pdf`` for ``Drawings.PDF``; empty without one."""
    _stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot else ""


def sniff(start: bytes, name: str) -> str:
    """The media type of a file that begins with ``start``; what the sender declares is never believed.

    Raises Invalid on ``file`` for content of no accepted type, or of another type than the name promises.
    """
    ending = ending_of(name)
    found = _by_magic(start, ending) or _by_text(start, ending)
    if found is None:
        raise Invalid({"file": [_("%(name)s is of a type that is not accepted.", name=name)]}, code="media_type")
    promised = _PROMISED.get(ending)
    if promised is not None and found not in promised:
        message = _(
            "%(name)s is named like a %(ending)s file, but its content is %(found)s.",
            name=name,
            ending=ending,
            found=found,
        )
        raise Invalid({"file": [message]}, code="media_type")
    return found


def _by_magic(start: bytes, ending: str) -> str | None:
    for offset, magic, media_type in _MAGIC:
        if start[offset : offset + len(magic)] == magic:
            if media_type == "application/zip" and ending in _IN_ZIP:
                return _IN_ZIP[ending] if b"[Content_Types].xml" in start or b"mimetype" in start[:64] else media_type
            return media_type
    return None


def _by_text(start: bytes, ending: str) -> str | None:
    """Text in UTF-8 (or with a UTF-16 mark) without control characters; XML by its first character."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text/plain"
    try:
        text = start.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(start) < SNIFFED_BYTES or error.start < len(start) - 4:
            return _by_single_byte_text(start)
        text = start[: error.start].decode("utf-8-sig")
    if any(character < " " and character not in "\t\r\n\f\x1b" for character in text):
        return None
    if text.lstrip().startswith(("<?xml", "<!DOCTYPE")) or (ending == ".xml" and text.lstrip().startswith("<")):
        return "application/xml" if ending in (".xml", "") else "text/plain"
    return _TEXTS.get(ending, "text/plain") if ending != ".xml" else "text/plain"


def _by_single_byte_text(start: bytes) -> str | None:
    """Old text in Latin-1, GBK or the like: no control characters, mostly printable."""
    if any(byte < 0x20 and byte not in b"\t\r\n\f\x1b" for byte in start):
        return None
    return "text/plain"
