from __future__ import annotations

import pytest
from flask import Flask

from ipplatform.foundation.ids import display_id
from tests.factories.erasure import Scene, make_scene, registered


@pytest.fixture
def scene(app: Flask) -> Scene:
    return make_scene()


def test_requests_are_listed_by_state_and_an_erasure_is_replayed(app: Flask, scene: Scene) -> None:
    made = registered(scene)
    request = scene.ask(made)
    run = app.test_cli_runner().invoke
    listed = run(args=["erasure", "list", "--state", "open"])
    assert listed.output.startswith(f"{display_id(request.public_id)}  requested  {display_id(made.public_id)}")
    scene.approve(request)
    assert run(args=["erasure", "list", "--state", "open"]).output == ""
    replayed = run(args=["erasure", "replay"])
    assert (replayed.exit_code, replayed.output[:20]) == (0, "1 erasures replayed;")


def test_a_changed_journal_stops_the_replay(app: Flask, scene: Scene) -> None:
    request = scene.erase(registered(scene))
    path = app.config["SETTINGS"].erasure_dir / f"{request.public_id}.json"
    path.write_text(path.read_text().replace("consent_withdrawn", "legal_obligation"))
    replayed = app.test_cli_runner().invoke(args=["erasure", "replay"])
    assert replayed.exit_code == 1
    assert f"{request.public_id}.json was changed" in replayed.output
