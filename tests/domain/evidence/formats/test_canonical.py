import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipplatform.domain.evidence.formats import canonical

NFC_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00")).map(
    lambda text: unicodedata.normalize("NFC", text)
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | NFC_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NFC_TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_reads_back_and_is_written_the_same(value: object) -> None:
    data = canonical.dumps(value)
    assert canonical.loads(data) == value
    assert canonical.dumps(json.loads(data)) == data


def test_members_are_sorted_by_utf16_units_as_rfc_8785_section_3_2_3_shows() -> None:
    names = ["\u20ac", "\r", "1", "\U0001f600", "\u0080", "\u00f6"]
    written = canonical.loads(canonical.dumps(dict.fromkeys(names, 1)))
    assert list(written) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600"]


def test_an_astral_name_sorts_before_the_private_use_area() -> None:
    assert canonical.dumps({"\ue000": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ue000":1}'.encode()


def test_control_characters_are_escaped_as_ecmascript_does() -> None:
    assert canonical.dumps('\x00\b\t\n\f\r\x1f"\\/\x7f') == b'"\\u0000\\b\\t\\n\\f\\r\\u001f\\"\\\\/\x7f"'


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        2**53,
        -(2**53),
        b"bytes",
        {1: 2},
        "e\u0301",
        "\ud800",
        {"e\u0301": 1},
        {"\u00e9": 1, 2: 3},
        object(),
    ],
)
def test_a_value_without_one_spelling_is_refused(value: object) -> None:
    with pytest.raises(canonical.CanonicalError):
        canonical.dumps(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b"1.0",
        b"1e3",
        b"NaN",
        b"-Infinity",
        b"9007199254740992",
        b'"\xff"',
        b'"e\xcc\x81"',
        b"",
        b"{",
        b"[" * 100_000,
        b"[" * 70 + b"]" * 70,
        b'"\\ud800"',
    ],
)
def test_bytes_that_mean_different_things_to_different_readers_are_refused(data: bytes) -> None:
    with pytest.raises(canonical.CanonicalError):
        canonical.loads(data)


def test_spaces_make_bytes_uncanonical_but_readable() -> None:
    assert canonical.loads(b'{ "a": 1 }') == {"a": 1}
    assert not canonical.is_canonical(b'{ "a": 1 }')
    assert canonical.is_canonical(b'{"a":1}')
    assert not canonical.is_canonical(b"1.5")


@pytest.mark.parametrize("inner", ["text", "\u00e9", 1, None, [], {}])
def test_what_lies_64_deep_is_written_and_nothing_deeper(inner: object) -> None:
    value = inner
    for _ in range(64):
        value = [value]
    assert canonical.loads(canonical.dumps(value)) == value
    for deeper in ([value], {"name": value}):
        with pytest.raises(canonical.CanonicalError, match="deeper"):
            canonical.dumps(deeper)


def test_what_has_no_canonical_form_may_be_spelled_otherwise_at_any_depth() -> None:
    def spell(value: object) -> object:
        return (
            unicodedata.normalize("NFC", value)
            if isinstance(value, str)
            else "set"
            if isinstance(value, set)
            else value
        )

    value = {"e\u0301": ["e\u0301", {1}, {"a": {2}}], "b": 1}
    assert canonical.dumps(value, spell=spell) == '{"b":1,"\u00e9":["\u00e9","set",{"a":"set"}]}'.encode()
    with pytest.raises(canonical.CanonicalError, match="float"):
        canonical.dumps([1.5], spell=spell)


def test_two_names_that_are_spelled_the_same_are_refused() -> None:
    with pytest.raises(canonical.CanonicalError, match="duplicate"):
        canonical.dumps({"e\u0301": 1, "\u00e9": 2}, spell=lambda value: unicodedata.normalize("NFC", value))
