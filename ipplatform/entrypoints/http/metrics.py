"""What Prometheus may read at /metrics; labels are routes, never addresses."""

from __future__ import annotations

from functools import lru_cache

from prometheus_client import Counter, Histogram

REQUESTS = Counter("ipplatform_http_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("ipplatform_http_request_seconds", "Time to answer", ["method", "route"])


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """Count an answer and the time it took."""
    count, time = _labelled(method, route, status)
    count.inc()
    time.observe(seconds)


@lru_cache(maxsize=4096)
def _labelled(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, status), SECONDS.labels(method, route)
