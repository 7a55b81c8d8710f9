"""Loading the demo: stage by stage, each one transaction with its mark, so that an interrupted load goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from sqlalchemy import exists, select

from ipplatform.demo import dealing, market, people, reading, registering
from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.accounts.models import Person
from ipplatform.domain.audit import services as audit
from ipplatform.domain.audit.models import AuditEntry
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.marketplace import index
from ipplatform.foundation import jobs
from ipplatform.foundation.db import db, transaction

MARK = "demo.load"
SETTLE_SECONDS = 60
Work = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the load that is done once; its name is its mark in the audit trail."""

    name: str
    title: str
    work: Work


def stages() -> Iterator[Stage]:
    slugs = list(reading.companies())
    yield Stage("people", "companies, people, office", people.settle)
    for slug in slugs:
        yield Stage(f"submit.{slug}", f"filings of {slug}", partial(registering.submit_company, slug))
    for slug in slugs:
        yield Stage(f"examine.{slug}", f"decisions for {slug}", partial(registering.examine_company, slug))
    for slug in slugs:
        yield Stage(f"market.{slug}", f"listings and needs of {slug}", partial(market.publish_company, slug))
    yield Stage("declines", "answers to matches", market.decline_matches)
    for place, deal in enumerate(dealing.deals()):
        title = f"deal {deal['licensee']} – {deal['asset']}"
        yield Stage(f"deal.{place}", title, partial(dealing.play, deal))


def pending() -> list[Stage]:
    """The stages not done yet."""
    with transaction(reads_only=True):
        done = set(db.session.scalars(select(AuditEntry.subject).where(AuditEntry.action == MARK)))
    return [stage for stage in stages() if stage.name not in done]


def is_begun() -> bool:
    with transaction(reads_only=True):
        return bool(db.session.scalar(select(exists().where(AuditEntry.action == MARK))))


def is_empty() -> bool:
    """Whether the database holds nobody yet."""
    with transaction(reads_only=True):
        return not db.session.scalar(select(exists().where(Person.id.is_not(None))))


def run(stage: Stage) -> None:
    """Do a stage and mark it, in one transaction. Decisions wait until what they decide is in the signed log."""
    if stage.name.startswith("examine."):
        sequence()
    with transaction():
        stage.work()
        audit.record(actor=SYSTEM, action=MARK, subject_kind="demo", subject=stage.name)
    db.session.expunge_all()


def finish() -> None:
    """Bring log, mails and search index up to what was loaded."""
    sequence()
    jobs.run_all()
    try:
        index.rebuild()
    except BlockingIOError:
        # A worker that runs already keeps the index.
        return


def sequence() -> None:
    """Have everything pending in a signed checkpoint; a sequencer that runs already is waited for."""
    until = time.monotonic() + SETTLE_SECONDS
    while True:
        try:
            sequencer.run_all()
            return
        except sequencer.Busy:
            if not _awaiting() or time.monotonic() > until:
                return
            time.sleep(0.2)


def _awaiting() -> bool:
    with transaction(reads_only=True):
        return bool(db.session.scalar(select(exists().where(Record.leaf_index.is_(None)))))
