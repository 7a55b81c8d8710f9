from __future__ import annotations

import pytest

from ipplatform.domain.filings import models
from ipplatform.domain.filings.permissions import PERMISSIONS
from ipplatform.domain.filings.rules import lifecycle


def test_every_row_names_known_statuses_and_a_permission() -> None:
    for step in lifecycle.STEPS:
        assert {*step.sources, step.target} <= set(lifecycle.STATUSES)
        assert step.permission in PERMISSIONS


def test_the_table_and_the_database_know_the_same_statuses() -> None:
    assert lifecycle.STATUSES == models.STATUSES


@pytest.mark.parametrize("status", ["registered", "refused", "withdrawn"])
def test_nothing_follows_an_end(status: str) -> None:
    assert lifecycle.actions_from(status) == ()


@pytest.mark.parametrize(
    ("action", "status", "possible"),
    [
        ("submit", "draft", True),
        ("submit", "submitted", False),
        ("take", "answered", True),
        ("take", "deficient", False),
        ("register", "submitted", False),
        ("register", "under_examination", True),
        ("answer", "deficient", True),
        ("withdraw", "answered", True),
        ("withdraw", "draft", False),
    ],
)
def test_an_action_is_possible_where_the_table_says(action: str, status: str, possible: bool) -> None:
    assert lifecycle.may(action, status) is possible


def test_every_status_can_be_reached_from_a_draft() -> None:
    reached, size = {"draft"}, 0
    while size != len(reached):
        size = len(reached)
        reached |= {step.target for step in lifecycle.STEPS if reached & set(step.sources)}
    assert reached == set(lifecycle.STATUSES)
