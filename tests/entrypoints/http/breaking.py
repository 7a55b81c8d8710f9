"""For test_downloads.py: a web process whose only document is damaged behind its first chunks."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, Response

from ipplatform.entrypoints.http import downloads, logs
from ipplatform.foundation.secretbox import Damaged

CHUNK = 64 * 1024
SIZE = 40 * CHUNK

app = Flask(__name__)
logs.configure("INFO")


def _damaged() -> Iterator[bytes]:
    yield from (b"x" * CHUNK for _number in range(20))
    raise Damaged("stored document does not authenticate")


@app.get("/damaged")
def damaged() -> Response:
    return downloads.sent(_damaged(), name="big.bin", media_type="application/octet-stream", size=SIZE)


@app.get("/whole")
def whole() -> Response:
    chunks = (b"x" * CHUNK for _number in range(40))
    return downloads.sent(chunks, name="big.bin", media_type="application/octet-stream", size=SIZE)
