import pytest

from ipplatform.domain.filings.rules.text import chinese_characters, is_chinese


@pytest.mark.parametrize(
    "outside", ["\u33ff", "\u4dc0", "\ua000", "\uf8ff", "\ufb00", "\U0001ffff", "\U00040000", "a", "。"]
)
def test_only_ideographs_are_counted(outside: str) -> None:
    inside = "\u3400\u4dbf\u4e00\u9fff\uf900\ufaff\U00020000\U0003ffff"
    assert chinese_characters(f"{outside}{inside}{outside}") == len(inside)
    assert all(map(is_chinese, inside))
    assert not is_chinese(outside)
