"""One HTTP exchange with a witness: bounded in time and size, never redirected."""

from __future__ import annotations

from dataclasses import dataclass

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from ipplatform.domain.evidence.formats.submission import LARGEST_BODY

SECONDS = (3.05, 10.0)


class Unreachable(Exception):
    """No answer; the message says why."""


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes
    media_type: str


def session() -> requests.Session:
    """Kept connections, which the other side may have closed meanwhile: then the same is asked once more."""
    made = requests.Session()
    again = HTTPAdapter(max_retries=Retry(total=1, connect=0, status=0, redirect=0, allowed_methods=None))
    made.mount("https://", again)
    made.mount("http://", again)
    return made


def add_checkpoint(connection: requests.Session, prefix: str, body: bytes) -> Reply:
    """POST `<prefix>/add-checkpoint`. Raises Unreachable, also for an answer that is too long."""
    try:
        with connection.post(
            f"{prefix}/add-checkpoint",
            data=body,
            headers={"Content-Type": "text/plain; charset=utf-8"},
            timeout=SECONDS,
            allow_redirects=False,
            stream=True,
        ) as response:
            answer = response.raw.read(LARGEST_BODY + 1, decode_content=True)
            if len(answer) > LARGEST_BODY:
                raise Unreachable("the answer is too long")
            return Reply(response.status_code, answer, response.headers.get("Content-Type", ""))
    except (requests.RequestException, OSError) as error:
        raise Unreachable(f"no answer: {type(error).__name__}") from error
    except ValueError as error:
        raise Unreachable(f"no usable answer: {type(error).__name__}") from error
