"""Long tests first: those in a browser, so that one process has the browser and the service it visits, then the others.

What is left for the end is short, and no process waits long for the last test of another.
"""

from __future__ import annotations

import pytest

LONG = ("browser", "trial", "slow")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Within each kind the order stays the random one."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    return next((place for place, mark in enumerate(LONG) if item.get_closest_marker(mark)), len(LONG))
