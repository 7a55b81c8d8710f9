from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.server import Service, demo_folder, serving
from tests.journeys.visitor import Visitor, visitor

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("the package chromium is missing")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Service]:
    base = tmp_path_factory.getbasetemp()
    template = demo_folder(base if worker_id == "master" else base.parent)
    with serving(template, tmp_path_factory.mktemp("journeys") / "data") as running:
        yield running


@pytest.fixture
def visit(browser: Browser, service: Service, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """``visit()`` brings a person with a browser of their own to the service."""
    journey = Path(str(request.node.path)).stem.removeprefix("test_")
    with ExitStack() as stack:
        yield lambda name="", **options: stack.enter_context(
            visitor(browser, service.address, f"{journey}-{name}" if name else journey, **options)
        )


@pytest.fixture
def answers() -> dict[str, Any]:
    """The patent that owners of the journeys register."""
    return {
        "title": "Valve that closes by itself when the flow of water doubles",
        "abstract": "A ball rests on a cage in the stream and is lifted on its seat when the flow doubles.",
        "claims": "1. A valve with a ball on a cage in a stream.\n\n2. The valve of claim 1, wherein the cage is a spring.",
        "description": "Pipes burst unseen. Figure 1 shows the ball (1), the cage (2) and the seat (3).",
        "classes": "F16K 17/30\nF16K 31/18",
    }
