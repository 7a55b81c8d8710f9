from __future__ import annotations

import pytest

from ipplatform.domain.licensing.permissions import PERMISSIONS
from ipplatform.domain.licensing.rules import lifecycle, terms


def test_every_action_has_a_name_a_permission_and_known_states() -> None:
    for action in lifecycle.ACTIONS.values():
        assert action.name in lifecycle.ACTION_LABELS
        assert action.permission in PERMISSIONS
        assert {*action.sources, *([action.target] if action.target else [])} <= set(lifecycle.STATES)


def test_every_state_can_be_reached_and_only_ends_have_no_way_on() -> None:
    targets = {action.target for action in lifecycle.ACTIONS.values()}
    assert {*targets, lifecycle.INQUIRY} >= set(lifecycle.STATES)
    onward = {source for action in lifecycle.ACTIONS.values() if action.target for source in action.sources}
    assert set(lifecycle.STATES) - onward == {"executed", "declined", "withdrawn"}
    assert onward == set(lifecycle.OPEN_STATES)


@pytest.mark.parametrize(
    ("state", "mover", "respondent"),
    [
        ("inquiry", {"message", "offer", "withdraw"}, {"message", "offer", "decline"}),
        ("offered", {"message", "withdraw"}, {"message", "counter", "accept", "decline"}),
        ("expired", {"message", "offer", "end"}, {"message", "offer", "end"}),
        ("agreed", {"message", "end", "sign"}, {"message", "end", "sign"}),
        ("reopened", {"message", "offer", "end"}, {"message", "offer", "end"}),
        ("executed", set(), set()),
        ("declined", set(), set()),
        ("withdrawn", set(), set()),
    ],
)
def test_each_side_has_its_moves(state: str, mover: set[str], respondent: set[str]) -> None:
    assert set(lifecycle.possible(state=state, is_mover=True)) == mover
    assert set(lifecycle.possible(state=state, is_mover=False)) == respondent


def test_what_changed_is_named_in_order() -> None:
    earlier = {"acts": ["make"], "lump_sum": "1", "notes": ""}
    assert terms.changed(earlier, {"acts": ["sell"], "lump_sum": "1", "notes": "x"}) == ["acts", "notes"]


def test_co_owners_are_asked_for_exclusive_and_sole_licences() -> None:
    assert terms.needs_consent(2, "exclusive")
    assert terms.needs_consent(2, "sole")
    assert not terms.needs_consent(2, "ordinary")
    assert not terms.needs_consent(1, "exclusive")
