"""Racing for one right: of many who ask in the same moment exactly one is served, through the ledger and by signing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from threading import Barrier
from typing import TypeVar

from flask import Flask
from sqlalchemy import func, select

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.licensing import services as licensing
from ipplatform.domain.rights import services
from ipplatform.domain.rights.errors import GrantConflict
from ipplatform.domain.rights.models import Grant
from ipplatform.domain.rights.rules import GrantTerms
from ipplatform.foundation.db import db, transaction
from tests.factories import make_organisation
from tests.factories.accounts import PASSWORD
from tests.factories.licensing import make_agreement, make_deal, make_side
from tests.factories.rights import make_right

WANTED = GrantTerms(
    exclusivity="exclusive",
    acts=frozenset({"make", "sell"}),
    territories=frozenset({"DE", "FR"}),
    fields=frozenset({"batteries"}),
    start=date(2026, 1, 1),
    end=date(2036, 1, 1),
)
Thing = TypeVar("Thing")


@dataclass
class Outcome:
    """What the rounds came to. ``faults`` names every round that did not end with exactly one grant."""

    rounds: int
    racers: int
    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def figures(self) -> dict[str, object]:
        attempts = self.rounds * self.racers
        return {
            "rounds": self.rounds,
            "racers": self.racers,
            "granted": self.answers["granted"],
            "refused": self.answers["refused"],
            "faults": len(self.faults),
            "attempts a second": round(attempts / self.seconds) if self.seconds else 0,
        }


def for_a_grant(app: Flask, *, racers: int, rounds: int) -> Outcome:
    """Every round, ``racers`` threads ask the ledger for the same exclusive right on a new asset."""
    licensees = [make_organisation().id for _ in range(racers)]
    outcome = Outcome(rounds, racers)
    for number in range(rounds):
        asset = make_right()
        asset_id, holder_id = asset.id, asset.organisation_id

        def ask(licensee_id: int, asset_id: int = asset_id, holder_id: int = holder_id) -> str:
            try:
                services.grant(
                    asset=db.session.get_one(Asset, asset_id),
                    licensor_organisation_id=holder_id,
                    licensee_organisation_id=licensee_id,
                    terms=WANTED,
                    agreement_ref="race",
                )
            except GrantConflict:
                db.session.rollback()
                return "refused"
            return "granted"

        _judge(outcome, number, asset_id, _race(app, licensees, ask, outcome))
    return outcome


def for_a_signature(app: Flask, *, racers: int, rounds: int) -> Outcome:
    """Every round, ``racers`` agreements on one exclusive right get their second signature at once."""
    outcome = Outcome(rounds, racers)
    for number in range(rounds):
        owner = make_side()
        asset_id = (asset := make_right(owner.organisation)).id
        agreed = [make_agreement(make_deal(asset, licensor=owner)) for _ in range(racers)]
        for deal, agreement in agreed:
            deal.sign(agreement, deal.licensee)
        papers, actor = [(agreement.id, agreement.sha256) for _, agreement in agreed], owner.actor

        def sign(paper: tuple[int, str], actor: Actor = actor) -> str:
            done = licensing.sign(actor=actor, agreement_id=paper[0], sha256=paper[1], password=PASSWORD)
            return "granted" if done.executed else "refused"

        _judge(outcome, number, asset_id, _race(app, papers, sign, outcome))
    return outcome


def _race(app: Flask, things: Sequence[Thing], act: Callable[[Thing], str], outcome: Outcome) -> list[str]:
    """``act`` on each thing in a thread and transaction of its own, all begun together."""
    start = Barrier(len(things))

    def run(thing: Thing) -> str:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    return act(thing)
            except Exception as error:
                return type(error).__name__
            finally:
                db.session.remove()

    db.session.remove()
    begun = time.perf_counter()
    with ThreadPoolExecutor(len(things)) as pool:
        answers = list(pool.map(run, things))
    outcome.seconds += time.perf_counter() - begun
    return answers


def _judge(outcome: Outcome, number: int, asset_id: int, answers: list[str]) -> None:
    outcome.answers.update(answers)
    held = db.session.scalar(select(func.count()).select_from(Grant).where(Grant.asset_id == asset_id))
    counted = Counter(answers)
    if held != 1 or counted != {"granted": 1, "refused": outcome.racers - 1}:
        outcome.faults.append(f"round {number}: {held} grants, answers {dict(counted)}")
