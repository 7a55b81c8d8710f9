"""News that travels upward: a lower capability publishes, higher ones subscribe at start. Same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Handler = Callable[..., None]
_subscribers: dict[str, list[Handler]] = defaultdict(list)


def subscribe(event: str, handler: Handler) -> None:
    """Call ``handler(**payload)`` whenever ``event`` is published; subscribing the same handler again is harmless."""
    if handler not in _subscribers[event]:
        _subscribers[event].append(handler)


def publish(event: str, **payload: Any) -> None:
    """Tell the subscribers of ``event`` in the order they came; an error of one stops the transaction."""
    for handler in _subscribers[event]:
        handler(**payload)
