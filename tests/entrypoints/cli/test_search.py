"""``ipplatform search``, and the worker that keeps the index."""

from __future__ import annotations

import pytest
from flask import Flask

from ipplatform.domain.marketplace import index
from ipplatform.domain.marketplace.search import folder, pages
from tests.factories.marketplace import make_listing

pytestmark = pytest.mark.usefixtures("app")


def test_rebuild_then_status(app: Flask) -> None:
    make_listing(indexed=False)
    runner = app.test_cli_runner()
    before = runner.invoke(args=["search", "status"])
    assert before.exit_code == 1
    assert "none: start the worker" in before.output
    built = runner.invoke(args=["search", "rebuild"])
    assert built.exit_code == 0, built.output
    assert "1 listings in the new index" in built.output
    after = runner.invoke(args=["search", "status"])
    assert after.exit_code == 0
    assert "documents 1 of 1 public listings" in after.output


def test_rebuild_waits_for_nobody(app: Flask) -> None:
    make_listing()
    with folder.writing() as mine:
        assert mine
        refused = app.test_cli_runner().invoke(args=["search", "rebuild"])
    assert refused.exit_code == 1
    assert "another process" in refused.output


def test_the_worker_applies_changes(app: Flask) -> None:
    make_listing(indexed=False)
    done = app.test_cli_runner().invoke(args=["worker", "--once"])
    assert "changes of the index" in done.output
    assert pages.search(text="dendrites").total == 1


def test_a_fault_of_the_index_does_not_stop_the_worker(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> int:
        raise OSError("disk full")

    monkeypatch.setattr(index, "apply_changes", broken)
    done = app.test_cli_runner().invoke(args=["worker", "--once"])
    assert done.exit_code == 0
    assert "0 changes of the index" in done.output
