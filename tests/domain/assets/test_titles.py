"""Titles of classes, built in or from an office's own list."""

from __future__ import annotations

import pytest
from flask import Flask

from ipplatform.domain.assets import titles
from ipplatform.foundation.db import transaction
from ipplatform.foundation.i18n import force_locale
from tests.databases import both_databases
from tests.statements import statements


def path_of(scheme: str, code: str) -> list[tuple[str, str]]:
    (found,) = titles.titles_of([(scheme, code)])
    return list(found.path)


def keep(*found: tuple[str, str], scheme: str = "ipc", language: str = "en") -> int:
    with transaction():
        return titles.store(found, scheme=scheme, language=language)


def test_sections_and_locarno_classes_need_no_import(app: Flask) -> None:
    assert path_of("ipc", "H01M 10/0525") == [("H", "Electricity")]
    assert path_of("cpc", "Y02E 60/10")[0][0] == "Y"
    assert path_of("locarno", "14-02") == [("14", "Recording, telecommunication or data processing equipment")]
    assert path_of("nice", "9") == []


@both_databases
def test_an_imported_list_names_the_whole_path(app: Flask) -> None:
    keep(("H01M", "Batteries"), ("H01M 10/0525", "Lithium-ion batteries"))
    (found,) = titles.titles_of([("ipc", "H01M 10/0525")])
    assert found.path == (("H", "Electricity"), ("H01M", "Batteries"), ("H01M 10/0525", "Lithium-ion batteries"))
    assert found.title == "Lithium-ion batteries"


@both_databases
def test_a_newer_list_replaces_the_titles_of_the_same_codes(app: Flask) -> None:
    keep(("H01M", "Batteries"), ("G01B", "Measuring"))
    assert keep(("H01M", "Cells"), ("H01M", "Cells")) == 1
    assert path_of("ipc", "H01M")[-1] == ("H01M", "Cells")
    assert path_of("ipc", "G01B")[-1] == ("G01B", "Measuring")


def test_a_cpc_list_names_ipc_symbols_too(app: Flask) -> None:
    keep(("H01M", "Batteries"), scheme="cpc")
    assert path_of("ipc", "H01M")[-1] == ("H01M", "Batteries")


def test_titles_come_in_the_readers_language_or_in_english(app: Flask) -> None:
    keep(("H01M", "Batteries"), ("H01M 10/00", "Secondary cells"))
    keep(("H01M", "电池"), language="zh")
    with force_locale("zh"):
        assert [title for _code, title in path_of("ipc", "H01M 10/00")][1:] == ["电池", "Secondary cells"]


def test_any_number_of_classes_costs_one_statement(app: Flask) -> None:
    with statements() as sent:
        titles.titles_of([("ipc", f"H01M {group}/00") for group in range(1, 60)])
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("HUMAN NECESSITIES", "Human necessities"),
        ("Hand tools (edge trimmers for lawns A01G3/06  {; making hand tools B21D})", "Hand tools"),
        ("{Collapsible; extensible}", "Collapsible; extensible"),
        ("Spades; Shovels {(hand-operated dredgers E02F3/02)}", "Spades; Shovels"),
        ("Cells (with liquid electrolyte)", "Cells (with liquid electrolyte)"),
    ],
)
def test_references_to_other_places_are_left_out_of_a_title(line: str, title: str) -> None:
    assert titles.clean_title(line) == title


def test_lists_of_offices_are_read_in_both_shapes() -> None:
    lines = ["\ufeffA\t\tHUMAN NECESSITIES\n", "A01B1/00\t0\tHand tools\r\n", "A01\tAgriculture\n", "no code\n", "\n"]
    assert list(titles.read_list(lines, "cpc")) == [
        ("A", "Human necessities"),
        ("A01B 1/00", "Hand tools"),
        ("A01", "Agriculture"),
    ]
    assert list(titles.read_nice('[{"number": 9, "heading": "Computers."}]')) == [("9", "Computers.")]
    with pytest.raises(ValueError, match="list"):
        list(titles.read_nice("{}"))
