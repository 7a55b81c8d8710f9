"""A coroutine's result, with and without a running event loop in the caller's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from ipplatform.foundation import coroutines


async def _double(number: int) -> int:
    await asyncio.sleep(0)
    if number < 0:
        raise ValueError("negative")
    return 2 * number


async def _inside(number: int) -> int:
    return coroutines.result_of(_double(number))


def _elsewhere(function: Callable[[], int]) -> int:
    """In a thread of its own: the tests in the browser leave a loop running in this one."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(function).result()


def test_the_result_comes_without_a_loop() -> None:
    assert _elsewhere(lambda: coroutines.result_of(_double(2))) == 4


def test_the_result_comes_inside_a_running_loop() -> None:
    assert _elsewhere(lambda: asyncio.run(_inside(3))) == 6


def test_what_the_coroutine_raises_is_raised() -> None:
    with pytest.raises(ValueError, match="negative"):
        _elsewhere(lambda: coroutines.result_of(_double(-1)))
    with pytest.raises(ValueError, match="negative"):
        _elsewhere(lambda: asyncio.run(_inside(-1)))
