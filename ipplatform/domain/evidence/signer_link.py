"""The signer in a process of its own, behind a Unix socket: only that process can read the log's private keys.

A request and its answer are one line of canonical JSON each. The signer judges the consistency proof against its own
durable memory, so a sequencer that was taken over can ask for nothing but a head that extends the last one.
"""

from __future__ import annotations

import base64
import binascii
import os
import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import structlog

from ipplatform.domain.evidence import keys, signer
from ipplatform.domain.evidence.formats import canonical, checkpoint
from ipplatform.domain.evidence.formats.checkpoint import Checkpoint
from ipplatform.foundation import settings

LARGEST = 64 * 1024
PATIENCE_SECONDS = 30.0
Within = Callable[[], AbstractContextManager[Any]]
log = structlog.get_logger()


def sign(head: Checkpoint, prove: signer.Prover) -> bytes:
    """As `signer.sign`, by the process behind SIGNER_SOCKET when there is one. Raises Refused."""
    address = settings.current().signer_socket
    if address is None:
        return signer.sign(head, prove)
    last = signer.head()
    since = last.size if last else 0
    proof = prove(since) if 0 < since < head.size else []
    request = {"proof": [base64.b64encode(item).decode() for item in proof], "since": since, "text": head.text}
    answer = _ask(address, request)
    if "refused" in answer:
        raise signer.Refused(str(answer["refused"]))
    return str(answer["note"]).encode()


def serve(within: Within, address: Path, stop: threading.Event) -> None:
    """Answer until `stop` is set, each request `within` the application's context. A socket left by a killed process is replaced."""
    address.parent.mkdir(parents=True, exist_ok=True)
    address.unlink(missing_ok=True)
    with _Server(str(address), within) as server:
        os.chmod(address, 0o660)  # nosec B103: the web and the sequencer reach the socket by their group
        while not stop.is_set():
            server.handle_request()


def answer_to(request: Any) -> dict[str, str]:
    """What the signer says to a request; everything it will not do is a refusal with its reason."""
    try:
        head = checkpoint.parse(request["text"])
        since, proof = request["since"], [base64.b64decode(item, validate=True) for item in request["proof"]]
        if head.origin != settings.current().origin:
            raise signer.Refused(f"The head is of {head.origin}; this signer signs {settings.current().origin}.")
        return {"note": signer.sign(head, _given(since, proof)).decode()}
    except signer.Refused as refused:
        return {"refused": str(refused)}
    except keys.KeyProblem as problem:
        return {"refused": f"The signer cannot use its keys: {problem}"}
    except (KeyError, TypeError, AttributeError, ValueError, binascii.Error) as error:
        return {"refused": f"The request is malformed: {type(error).__name__}."}


def _given(since: int, proof: list[bytes]) -> signer.Prover:
    def prove(old: int) -> list[bytes]:
        if old != since:
            raise signer.Refused(f"The proof begins at {since} entries, but the signer's last head has {old}.")
        return proof

    return prove


class _Server(socketserver.UnixStreamServer):
    """One request after the other: the signer's memory has one writer."""

    timeout = 0.2

    def __init__(self, address: str, within: Within) -> None:
        self.within = within
        super().__init__(address, _Handler)


class _Handler(socketserver.StreamRequestHandler):
    timeout = 10.0

    def handle(self) -> None:
        assert isinstance(self.server, _Server)
        line = self.rfile.readline(LARGEST + 1)
        try:
            request = canonical.loads(line.strip()) if len(line) <= LARGEST else None
        except canonical.CanonicalError:
            request = None
        with self.server.within():
            answer = answer_to(request)
        if "refused" in answer:
            log.error("signer refused", reason=answer["refused"])
        try:
            self.wfile.write(canonical.dumps(answer) + b"\n")
        except OSError as error:
            log.warning("nobody waited for the answer", error=type(error).__name__)


def _ask(address: Path, request: dict[str, Any]) -> dict[str, Any]:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(PATIENCE_SECONDS)
            link.connect(str(address))
            link.sendall(canonical.dumps(request) + b"\n")
            answer = canonical.loads(link.makefile("rb").readline(LARGEST).strip())
    except (OSError, canonical.CanonicalError) as error:
        raise signer.Refused(
            f"The signer at {address} did not answer ({type(error).__name__}). Start `ipplatform signer`, see its log, and "
            "start the sequencer again."
        ) from error
    if not isinstance(answer, dict):
        raise signer.Refused(f"The signer at {address} answered something else than a note or a refusal.")
    return answer
