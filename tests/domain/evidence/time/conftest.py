from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.models import Record
from tests.authorities import Authority
from tests.factories.evidence import make_record, make_records

Configure = Callable[..., Path]


def written(file: Path, *authorities: Authority, **more: str) -> Path:
    """A file for TIME_AUTHORITIES with all of `authorities`."""
    parts = []
    for item in authorities:
        lines = {"name": item.name, "url": item.url, "roots": str(item.root_file)} | more
        text = "".join(f'{name} = "{value}"\n' for name, value in lines.items())
        parts.append(f'[[authority]]\n{text}crls = ["{item.crl_url}"]\n')
    file.write_text("\n".join(parts))
    return file


@pytest.fixture
def configure(app: Flask, tmp_path: Path) -> Configure:
    """`configure(authority, …)`: the installation asks exactly these from now on."""

    def configured(*authorities: Authority, **more: str) -> Path:
        file = written(tmp_path / "authorities.toml", *authorities, **more)
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], time_authorities=file)
        return file

    return configured


@pytest.fixture
def filed(app: Flask) -> Record:
    """A record at place 2 of a log of five entries."""
    make_records(2)
    record = make_record()
    make_records(2)
    sequencer.run_once()
    return record


def grow(many: int = 1, **more: Any) -> list[Record]:
    records = make_records(many, **more)
    sequencer.run_once()
    return records
