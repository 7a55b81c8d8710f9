from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from ipplatform.domain.evidence.certificate import rules


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Plate", "Plate"),
        ("a\nb\tc \x00 d", "a b c d"),
        ("abcdefghij", "abcdefghij"),
        ("abcdefghijk", "abcdefghij…"),
        ("冷却板" * 9, "冷却板冷却板冷却板冷…"),
        ("123456789e\u0301x", "123456789…"),
        ("12345678\U0001f468\u200d\U0001f469", "12345678…"),
    ],
)
def test_a_long_text_ends_between_whole_characters(text: str, shown: str) -> None:
    assert rules.shortened(text, 10) == shown


def test_a_run_without_blanks_gets_places_to_break_and_nothing_else_does() -> None:
    assert rules.breakable("x" * 50).replace(rules.BREAK, "") == "x" * 50
    assert max(len(part) for part in rules.breakable("x" * 50).split(rules.BREAK)) == rules.UNBROKEN
    for whole in ("a title of many short words that goes on", "冷却板" * 30, "x" * rules.UNBROKEN):
        assert rules.breakable(whole) == whole


def test_names_are_few_and_the_rest_is_counted() -> None:
    assert rules.named(["a", "b"]) == (["a", "b"], 0)
    assert rules.named(list("abcdefg")) == (["a", "b", "c"], 4)


def test_titles_shrink_with_the_room_they_take() -> None:
    sizes = [rules.size_of(text) for text in ("short", "x" * 80, "x" * 150, "x" * 240)]
    assert sizes == sorted(sizes, reverse=True)
    assert rules.size_of("冷" * 60) < rules.size_of("x" * 60)


@pytest.mark.parametrize(
    ("text", "from_right"),
    [("Plate", False), ("لوحة", True), ("123 לוח", True), ("冷却板", False), ("", False), ("A لوحة", False)],
)
def test_the_direction_is_that_of_the_first_letter(text: str, from_right: bool) -> None:
    assert rules.runs_from_right(text) == from_right


def test_what_no_font_has_becomes_a_box() -> None:
    assert rules.without("a🚀b👨‍👩", ["👨‍👩", "🚀"]) == "a□b□"
    assert rules.plain_scripts("Plate — 冷却板 Ωж ไทย") == "Plate — 冷却板 Ωж □□□"


def test_digests_are_grouped_for_the_eye() -> None:
    assert rules.grouped("0123456789abcdef") == "01234567 89abcdef"


def test_moments_are_told_on_the_zones_clock_and_in_utc_and_nothing_else_is_touched() -> None:
    shown = {
        "title": "2026-11-28T17:35:11Z",
        "issued_at": "2026-11-28T17:35:11Z",
        "witnesses": [{"name": "east", "at": "2026-11-28T02:00:00Z"}, {"name": "west", "at": ""}],
        "time": {"before": "", "by": ["2026-11-28T17:35:11Z"]},
    }
    told = rules.on_both_clocks(shown, ZoneInfo("Asia/Shanghai"))
    assert told == {
        "title": "2026-11-28T17:35:11Z",
        "issued_at": {"zone": "2026-11-29T01:35:11", "clock": "UTC+8", "utc": "2026-11-28T17:35:11"},
        "witnesses": [
            {"name": "east", "at": {"zone": "2026-11-28T10:00:00", "clock": "UTC+8", "utc": "2026-11-28T02:00:00"}},
            {"name": "west", "at": ""},
        ],
        "time": {"before": "", "by": ["2026-11-28T17:35:11Z"]},
    }
