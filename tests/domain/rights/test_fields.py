from __future__ import annotations

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from ipplatform.domain.rights import fields
from ipplatform.domain.rights.ranges import Ranges

some_codes = st.frozensets(st.sampled_from(sorted(fields.NODES)), min_size=1, max_size=4)


def test_the_tree_is_as_large_as_a_zone_needs() -> None:
    assert 60 <= len(fields.NODES) <= 200
    assert {"ai", "chips", "iot", "security", "cloud", "batteries", "medical", "materials"} <= set(fields.ROOTS)


def test_a_child_lies_inside_its_parent_and_apart_from_its_siblings() -> None:
    for node in fields.NODES.values():
        children = [fields.NODES[code] for code in node.children]
        assert all(node.low < child.low and child.high <= node.high for child in children)
        held = Ranges.of((child.low, child.high) for child in children)
        assert held.size == sum(child.high - child.low for child in children)


def test_numbers_once_stored_stay_what_they_were() -> None:
    assert (fields.NODES["ai"].low, fields.NODES["ai"].high) == (10_000, 20_000)
    assert fields.NODES["batteries.traction"].low == 70_100
    assert fields.NODES["batteries.traction.cars"].low == 70_101
    assert fields.NODES["media.education"].low == 140_400


@given(some_codes)
def test_normalising_keeps_what_is_covered(codes: frozenset[str]) -> None:
    assert fields.ranges(fields.normalise(codes)) == fields.ranges(codes)
    assert fields.codes(fields.ranges(codes)) == fields.normalise(codes)


def test_everything_covers_everything() -> None:
    assert all(fields.covers("*", code) for code in fields.NODES)
    assert fields.codes(fields.ranges({"*"})) == {"*"}
    assert not fields.covers("batteries.traction", "batteries")
    assert not fields.covers("ai", "ai_other")


def test_a_parent_is_more_than_its_children() -> None:
    children = fields.ranges(fields.NODES["batteries"].children)
    assert fields.ranges({"batteries"}) - children


def test_names_show_the_way_down(app: Flask) -> None:
    assert fields.label("batteries.traction.cars") == "batteries › traction › cars"
    assert fields.label("*") == "all fields of use"
    assert fields.choices()[0] == ("*", "all fields of use")
