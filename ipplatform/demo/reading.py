"""The demo's content as read from its TOML files."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).with_name("content")
ORDER = (
    *("yanfan", "brackenmoor", "hengdun", "ostrel", "shuoxi", "corvane"),
    *("yunduo", "tarnwick", "zhanqiao", "fenlight", "jiangpan", "quillon"),
)


@cache
def companies() -> dict[str, dict[str, Any]]:
    """Company by its short name, which is the file's; what comes last stands first where the newest is shown."""
    return {slug: _read(CONTENT / "companies" / f"{slug}.toml") for slug in ORDER}


@cache
def office() -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = _read(CONTENT / "office.toml")["people"]
    return people


@cache
def dealings() -> dict[str, Any]:
    return _read(CONTENT / "deals.toml")


def assets() -> dict[str, dict[str, Any]]:
    """``company/asset`` -> asset, in the companies' order."""
    return {f"{slug}/{asset['key']}": asset for slug, company in companies().items() for asset in company["assets"]}


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
