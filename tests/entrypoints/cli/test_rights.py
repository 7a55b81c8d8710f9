from __future__ import annotations

import json

from click.testing import Result
from flask import Flask

from ipplatform.foundation.ids import display_id
from tests.factories.rights import make_grant, make_right, terms


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["rights", "show", *arguments])


def test_grants_and_what_is_free_are_shown(app: Flask) -> None:
    asset = make_right()
    grant = make_grant(asset, terms("exclusive", end=None))
    shown = run(app, display_id(asset.public_id))
    assert shown.exit_code == 0
    assert f"{grant.number}  exclusive" in shown.output
    assert "1 grants" in shown.output
    assert "Germany: make free, use free, offer free, sell part, import free" in shown.output


def test_programs_read_grants_as_json(app: Flask) -> None:
    asset = make_right()
    grant = make_grant(asset)
    (found,) = json.loads(run(app, asset.public_id, "--json").output)
    assert (found["grant"], found["last_day"]) == (grant.public_id, "2029-03-01")


def test_an_unknown_asset_is_an_error(app: Flask) -> None:
    unknown = run(app, "0000-0000-0000-0000")
    assert unknown.exit_code == 1
    assert "no asset" in unknown.output
