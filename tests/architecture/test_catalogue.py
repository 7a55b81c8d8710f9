"""Chinese is complete: every text of the code has a translation with the same placeholders, and no other is kept."""

import re
from collections.abc import Iterator
from functools import cache

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from tests.architecture import tree

_PO = tree.ROOT / "ipplatform/translations/zh/LC_MESSAGES/messages.po"
_CHINESE_TEXTS = [
    *(tree.ROOT / "templates/documents").rglob("zh.typ"),
    *(tree.ROOT / "ipplatform/domain/evidence/bundle").glob("*.py"),
]
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_every_text_is_translated() -> None:
    untranslated = sorted(text for text in _used() if text not in _translations())
    assert untranslated == [], "run scripts/catalogue.sh and translate what is new"


def test_no_translation_is_doubtful() -> None:
    assert [message.id for message in _catalogue() if message.fuzzy and message.id] == []
    assert not _catalogue().fuzzy, "without its header the catalogue is not compiled"


def test_no_translation_is_left_over() -> None:
    assert sorted(set(_translations()) - _used()) == []


def test_translations_keep_the_placeholders() -> None:
    lost = {
        message.id: message.string
        for message in _catalogue()
        if message.id and any(_placeholders(text) != _placeholders(message.id) for text in _strings(message))
    }
    assert lost == {}


def test_translations_are_chinese_unless_they_are_names() -> None:
    same = [text for text, message in _translations().items() if _is_english_prose(message)]
    assert same == []


def test_chinese_has_one_word_for_one_thing() -> None:
    rejected = _rejected_words()
    assert "申报" in rejected
    said = {str(message.id): " ".join(_strings(message)) for message in _catalogue() if message.id}
    said |= {str(path): path.read_text() for path in _CHINESE_TEXTS}
    assert {where: word for where, text in said.items() for word in rejected if word in text} == {}


def _rejected_words() -> set[str]:
    """The last column of the table in docs/translating.md, which lists them with 、."""
    lines = (tree.ROOT / "docs/translating.md").read_text().splitlines()
    cells = [line.split("|")[-2].strip() for line in lines if line.startswith("| ")]
    return {word for cell in cells for word in cell.split("、") if _CHINESE.search(word)}


def test_the_office_is_not_called_as_an_office_where_somebody_filed_earlier() -> None:
    said = {str(message.id): " ".join(_strings(message)) for message in _catalogue() if message.id}
    assert {text for text, chinese in said.items() if "受理局" in chinese} == {
        "Office",  # of a priority that is claimed (filings/schemas/parties.py)
        "Choose the office of the earlier application.",
    }


@cache
def _catalogue() -> Catalog:
    with _PO.open("rb") as file:
        return read_po(file, locale="zh")


@cache
def _translations() -> dict[str, Message]:
    return {
        _singular(message.id): message for message in _catalogue() if message.id and all(_strings(message, empty=True))
    }


@cache
def _used() -> frozenset[str]:
    with (tree.ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file, filename="babel.cfg")
    keywords = {**DEFAULT_KEYWORDS, "_l": None}
    found = extract_from_dir(tree.ROOT, methods, options, keywords, directory_filter=_is_source)
    return frozenset(_singular(message) for _file, _line, message, _comments, _context in found)


def _is_source(folder: str) -> bool:
    name = folder.rstrip("/").rsplit("/", 1)[-1]
    return name not in {"var", "artefacts", "node_modules", "tests", "static"} and not name.startswith((".", "_"))


def _singular(identity: str | tuple[str, ...] | list[str]) -> str:
    return identity if isinstance(identity, str) else identity[0]


def _strings(message: Message, *, empty: bool = False) -> Iterator[str]:
    """The translations of ``message``, one for each plural form; with ``empty`` also those still missing."""
    strings = (message.string,) if isinstance(message.string, str) else tuple(message.string)
    return (text for text in strings if text or empty)


def _placeholders(identity: str | tuple[str, ...] | list[str]) -> list[str]:
    text = identity if isinstance(identity, str) else identity[-1]
    return sorted(set(_PLACEHOLDER.findall(text)))


def _is_english_prose(message: Message) -> bool:
    """Three small words and no Chinese character: somebody copied the source."""
    text = " ".join(_strings(message))
    return not _CHINESE.search(text) and len(re.findall(r"(?<!\S)[a-z]{2,}(?!\S)", text)) >= 3
