"""Asks the configured witnesses to cosign the newest checkpoint. Nobody waits for it. docs/decisions has why.

A round reads what is to be asked, talks to every witness at once without a transaction open, and stores what came.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from ipplatform.domain.evidence import queries
from ipplatform.domain.evidence.formats import merkle, note
from ipplatform.domain.evidence.formats.policy import Policy
from ipplatform.domain.evidence.formats.submission import Submission
from ipplatform.domain.evidence.witness import answers, policy, transport
from ipplatform.domain.evidence.witness.models import Cosignature, Endpoint
from ipplatform.foundation import clock
from ipplatform.foundation.db import db, transaction

MOST_AT_ONCE = 8
LONGEST_PAUSE = timedelta(minutes=5)
MOST_TRIES = 2


@dataclass(frozen=True)
class Question:
    """To one witness: its address, the keys expected to sign (by name), and what is sent."""

    url: str
    keys: dict[str, note.VerifierKey]
    size: int
    sent: Submission


class Client:
    """Keeps its connections between rounds. Use as a context manager, inside an application context."""

    def __init__(self) -> None:
        self._session = transport.session()
        self._pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="witness")

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._session.close()

    def round(self, *, patiently: bool = True) -> int:
        """Ask whoever has not cosigned the newest checkpoint; how many cosignatures came.

        `patiently` leaves a witness that failed alone for a growing while. Raises WitnessPolicyProblem.
        """
        found = policy.configured()
        if found is None or not found.witnesses:
            return 0
        total = 0
        for _ in range(MOST_TRIES):
            with transaction(reads_only=True):
                questions = list(plan(found, patiently=patiently))
            replies = list(self._pool.map(self._ask, questions))
            with transaction():
                came = [answers.store(question, reply) for question, reply in zip(questions, replies, strict=True)]
            total += sum(one.cosignatures for one in came)
            if not any(one.ask_again for one in came):
                break
        return total

    def _ask(self, question: Question) -> transport.Reply | transport.Unreachable:
        try:
            return transport.add_checkpoint(self._session, question.url, question.sent.data)
        except transport.Unreachable as error:
            return error


def plan(found: Policy, *, patiently: bool) -> Iterator[Question]:
    """What to ask now. An empty log has nothing to witness."""
    latest = queries.latest_checkpoint()
    if latest is None or latest.size == 0:
        return
    cosigned = set(db.session.scalars(select(Cosignature.witness).where(Cosignature.size == latest.size)))
    states = {state.url: state for state in db.session.scalars(select(Endpoint))}
    for url, names in policy.by_address(found).items():
        state = states.get(url)
        known = state.known_size if state else 0
        missing = {name: found.witnesses[name] for name in names if name not in cosigned}
        if not missing or (patiently and _resting(state)):
            continue
        old = min(known, latest.size)
        yield Question(url, missing, latest.size, Submission(old, proof(old, latest.size), bytes(latest.note)))


def proof(old: int, size: int) -> tuple[bytes, ...]:
    """A consistency proof; from nothing, and between equal sizes, it is empty."""
    if old in (0, size):
        return ()
    return tuple(merkle.consistency_proof(old, size, queries.node_reader(old, size)))


def _resting(state: Endpoint | None) -> bool:
    if state is None or state.tried_at is None or not state.failures:
        return False
    pause = min(LONGEST_PAUSE, timedelta(seconds=2 ** min(state.failures, 10)))
    # A try in the future was made under a clock that ran ahead.
    return state.tried_at <= clock.now() < state.tried_at + pause
