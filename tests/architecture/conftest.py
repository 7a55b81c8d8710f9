"""Data for tests of the code itself."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.architecture.world import World, make_world


@pytest.fixture
def world(app: Flask) -> World:
    """One thing of every kind, held by one organisation."""
    return make_world()
