"""A bucket that speaks S3, for tests: one server a session, a prefix of its own for each test."""

from __future__ import annotations

import http.client
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import pytest

NAME = "published"
_numbers = count(1)


@dataclass(frozen=True)
class Place:
    """`address` is what LOG_STORE would say; `environment` what a process needs to reach it."""

    address: str
    environment: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="session")
def s3_port() -> Iterator[int]:
    """Reads and conditional puts are what S3 itself does since 2024; who may do it is not checked."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _host, port = server.get_host_and_port()
    _ask(port, "PUT", f"/{NAME}")
    yield port
    server.stop()


@pytest.fixture
def bucket(s3_port: int, monkeypatch: pytest.MonkeyPatch) -> Place:
    environment = {
        "AWS_ACCESS_KEY_ID": "of-a-test",
        "AWS_SECRET_ACCESS_KEY": "of-a-test",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{s3_port}",
        "AWS_ALLOW_HTTP": "true",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    address = f"s3://{NAME}/{next(_numbers)}"
    return Place(address, {**environment, "LOG_STORE": address})


def _ask(port: int, method: str, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path)
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()
