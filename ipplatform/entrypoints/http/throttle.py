"""A limit on requests of one address, for doors that are open to anybody and cost work."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

MOST_ADDRESSES = 10_000


@dataclass
class _Bucket:
    left: float
    seen: float


class Throttle:
    """``burst`` requests at once and ``rate`` a second after that, counted by this process alone."""

    def __init__(self, *, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, burst
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def admits(self, address: str) -> bool:
        """Count a request; False when this address has sent too many."""
        now = time.monotonic()
        with self._lock:
            bucket = self._buckets.pop(address, None) or _Bucket(self._burst, now)
            bucket.left = min(self._burst, bucket.left + (now - bucket.seen) * self._rate)
            bucket.seen = now
            self._buckets[address] = bucket
            while len(self._buckets) > MOST_ADDRESSES:
                self._buckets.popitem(last=False)
            if bucket.left < 1:
                return False
            bucket.left -= 1
            return True
