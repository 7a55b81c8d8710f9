"""Clients that send as fast as they are answered, each on a connection of its own that is kept open."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import quantiles


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Measured:
    """``seconds`` is for all of them; ``times`` is each answer's, in milliseconds."""

    seconds: float
    times: list[float]

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds

    @property
    def p50(self) -> float:
        return percentile(self.times, 50)

    @property
    def p95(self) -> float:
        return percentile(self.times, 95)

    @property
    def p99(self) -> float:
        return percentile(self.times, 99)


def percentile(times: list[float], which: int) -> float:
    return quantiles(times, n=100)[which - 1]


def send_all(port: int, make: Callable[[int], Request], *, total: int, clients: int) -> Measured:
    """Send requests 0 to ``total`` by ``clients`` threads. RuntimeError for an answer that is not a success."""
    times: list[float] = []
    faults: list[str] = []
    numbers, lock = iter(range(total)), threading.Lock()

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while not faults:
            with lock:
                number = next(numbers, None)
            if number is None:
                break
            request, began = make(number), time.perf_counter()
            try:
                connection.request(request.method, request.path, request.body, request.headers)
                response = connection.getresponse()
                answer = response.read()
            except (OSError, http.client.HTTPException) as error:
                faults.append(f"no answer: {error!r}")
                break
            times.append((time.perf_counter() - began) * 1000)
            if response.status >= 300:
                faults.append(f"{response.status}: {answer[:500]!r}")
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(faults[0])
    return Measured(time.perf_counter() - began, times)
