"""Numbers come in as people and files write them, and go out as their office does."""

import pytest

from ipplatform.domain.assets import numbers


@pytest.mark.parametrize(
    ("office", "text", "kind", "compact", "shown"),
    [
        ("US", "07640640", "B2", "US7640640B2", "US 7,640,640 B2"),
        ("US", "US 7,640,640 B2", "", "US7640640B2", "US 7,640,640 B2"),
        ("US", "D0607201", "S1", "USD607201S1", "US D607,201 S1"),
        ("US", "RE049258", "E1", "USRE49258E1", "US RE49,258 E1"),
        ("US", "PP018398", "P2", "USPP18398P2", "US PP18,398 P2"),
        ("US", "H002201", "H1", "USH2201H1", "US H2,201 H1"),
        ("US", "2006/0288462", "A1", "US20060288462A1", "US 2006/0288462 A1"),
        ("US", "11617522", "B2", "US11617522B2", "US 11,617,522 B2"),
        ("EP", "EP 1 667 425", "A1", "EP1667425A1", "EP 1 667 425 A1"),
        ("CN", "CN 113781974 A", "", "CN113781974A", "CN 113781974 A"),
        ("JP", "2021-044377", "A", "JP2021044377A", "JP 2021-044377 A"),
        ("JP", "平20-123456", "A", "JP2008123456A", "JP 2008-123456 A"),
        ("JP", "JP 4567890 B2", "", "JP4567890B2", "JP 4567890 B2"),
        ("KR", "10-1234567", "B1", "KR101234567B1", "KR 101234567 B1"),
    ],
)
def test_a_publication_number_has_one_compact_form(office: str, text: str, kind: str, compact: str, shown: str) -> None:
    assert numbers.publication(office, text, kind) == compact
    assert numbers.display(compact) == shown
    assert numbers.publication(office, shown) == compact


@pytest.mark.parametrize(
    ("office", "text"), [("US", "no number"), ("US", ""), ("US", "0"), ("EP", "12"), ("CN", "1" * 12), ("x", "1")]
)
def test_what_is_no_publication_number_is_refused(office: str, text: str) -> None:
    with pytest.raises(numbers.UnreadableNumber):
        numbers.publication(office, text)


@pytest.mark.parametrize(
    ("office", "text", "compact", "shown"),
    [
        ("CN", "202111286633.X", "CN202111286633X", "CN 202111286633.X"),
        ("CN", "ZL 201710269973.9", "CN2017102699739", "CN 201710269973.9"),
        ("CN", "201410408762.5", "CN2014104087625", "CN 201410408762.5"),
        ("CN", "85100001.X", None, None),
        ("EP", "05255002.7", "EP05255002", "EP 05255002.7"),
        ("EP", "05255002", "EP05255002", "EP 05255002.7"),
        ("US", "16/533,534", "US16533534", "US 16/533,534"),
        ("US", "29009001", "US29009001", "US 29/009,001"),
        ("JP", "特願2019-165329", "JP2019165329", "JP 2019-165329"),
        ("JP", "特願平20-123456", "JP2008123456", "JP 2008-123456"),
    ],
)
def test_an_application_number_is_read_and_shown(
    office: str, text: str, compact: str | None, shown: str | None
) -> None:
    if compact is None:
        with pytest.raises(numbers.UnreadableNumber):
            numbers.application(office, text)
        return
    assert numbers.application(office, text) == compact
    assert numbers.display_application(compact) == shown


def test_one_wrong_digit_of_a_chinese_number_is_noticed() -> None:
    body = "202111286633"
    for place in range(len(body)):
        changed = body[:place] + str((int(body[place]) + 1) % 10) + body[place + 1 :]
        with pytest.raises(numbers.UnreadableNumber):
            numbers.application("CN", f"{changed}.X")


def test_the_check_digit_before_2003_has_eight_digits_before_it() -> None:
    assert numbers.application("CN", f"98101234.{numbers.cn_check_digit('98101234')}").startswith("CN98101234")
    with pytest.raises(numbers.UnreadableNumber):
        numbers.cn_check_digit("1234567")
    with pytest.raises(numbers.UnreadableNumber):
        numbers.ep_check_digit("１２３４５６７８9")


def test_nothing_is_shown_for_nothing() -> None:
    assert numbers.display(None) == numbers.display_application("") == ""
    assert numbers.display("odd/thing") == "odd/thing"
