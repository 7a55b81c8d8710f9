"""Each code has one form, whatever the file wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipplatform.domain.assets import classification as c


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A45F  504", "A45F 5/04"),
        ("B21D 2602", "B21D 26/02"),
        ("G05G 1300", "G05G 13/00"),
        ("G06F017/60", "G06F 17/60"),
        ("A24B   15/18    (2006.01)", "A24B 15/18"),
        ("H04N   1/40        20060101AFI20051109BHEP        ", "H04N 1/40"),
        ("H01M0010052500", "H01M 10/0525"),
        ("h01m10/0525", "H01M 10/0525"),
        ("H01M", "H01M"),
        ("H01", "H01"),
        ("H", "H"),
    ],
)
def test_ipc_in_any_form_is_one_code(text: str, code: str) -> None:
    assert c.normalise_ipc(text) == code


@pytest.mark.parametrize(
    "text", ["", "Z01M 1/00", "H01M 0/00", "H1M 1/00", "Y02E 60/10", "H01M 10", "H01M 10/", "１", "H01M 10/0525 \n x\n"]
)
def test_what_is_no_ipc_symbol_is_refused(text: str) -> None:
    with pytest.raises(c.UnreadableCode):
        c.normalise_ipc(text)


def test_cpc_knows_section_y() -> None:
    assert c.normalise_cpc("Y02E60/10") == "Y02E 60/10"
    assert c.from_parts("A", "61", "B", "5", "14532") == "A61B 5/14532"


@pytest.mark.parametrize(
    ("text", "code"),
    [("0101", "01-01"), ("2-4", "02-04"), ("LOC (13) Cl. 01-01", "01-01"), ("14-02 A", "14-02"), ("32-00", "32-00")],
)
def test_locarno_in_any_form_is_one_code(text: str, code: str) -> None:
    assert c.normalise_locarno(text) == code


@pytest.mark.parametrize("text", ["3301", "0001", "99", "", "D 1128"])
def test_what_is_no_locarno_class_is_refused(text: str) -> None:
    with pytest.raises(c.UnreadableCode):
        c.normalise_locarno(text)


def test_a_code_knows_what_stands_above_it() -> None:
    assert c.ancestors("H01M 10/0525") == ("H", "H01", "H01M", "H01M 10/00", "H01M 10/0525")
    assert c.ancestors("H01M 10/00") == ("H", "H01", "H01M", "H01M 10/00")
    assert c.ancestors("H01") == ("H", "H01")
    assert c.ancestors("14-02") == ("14", "14-02")


symbols = st.builds(
    lambda section, class_, subclass, group, subgroup: f"{section}{class_:02d}{subclass} {group}/{subgroup}",
    st.sampled_from("ABCDEFGH"),
    st.integers(1, 99),
    st.sampled_from("BCDEFGHJKLMNPQRSTW"),
    st.integers(1, 999),
    st.integers(0, 99999).map(lambda number: f"{number:02d}"),
)


@given(symbols)
def test_a_normal_code_is_left_as_it_is(code: str) -> None:
    assert c.normalise_ipc(code) == code
    assert c.normalise_ipc(code.replace(" ", "")) == code
    assert c.ancestors(code)[-1] == code


@given(st.text(max_size=30))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    for normalise in (c.normalise_ipc, c.normalise_cpc, c.normalise_locarno):
        try:
            code = normalise(text)
        except c.UnreadableCode:
            continue
        assert normalise(code) == code
