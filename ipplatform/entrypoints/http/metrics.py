"""What Prometheus may read at /metrics; labels are routes, never addresses."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

REQUESTS = Counter("ipplatform_http_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("ipplatform_http_request_seconds", "Time to answer", ["method", "route"])
