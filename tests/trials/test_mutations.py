"""Every change of one byte is found and named. A fair sample here; `TRIALS=full` runs the thousand."""

from __future__ import annotations

import os
import sqlite3
from random import Random

import pytest
from flask import Flask

from config import Settings
from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.audit import heads, log, parts, records, runs
from ipplatform.domain.evidence.audit.findings import Finding
from ipplatform.domain.evidence.audit.marks import Standing
from ipplatform.domain.evidence.models import AuditFinding
from ipplatform.foundation.db import db, transaction
from tests.factories import make_organisation
from tests.factories.evidence import append, stored_document
from tests.trials import counts, mutations


def findings() -> list[Finding]:
    """Everything a full audit finds, without keeping it."""
    found: list[Finding] = []
    with transaction(reads_only=True):
        for step in (lambda cursor: records.step(cursor, Standing()), log.step, lambda _: heads.step()):
            part = step(0)
            found += part.findings
            while not part.ended:
                part = step(part.cursor)
                found += part.findings
        found += [item for name in parts.names() for item in parts.step(name).findings]
    db.session.remove()
    return found


def fill(random: Random) -> None:
    organisation_id = make_organisation().id
    for batch in (3, 260, 7):
        with transaction():
            for number in range(batch):
                documents = [stored_document(random.randbytes(random.randint(1, 300)))] if number % 5 == 0 else []
                asset = f"{number % 9:016d}"
                append(organisation_id=organisation_id, asset=asset, documents=documents)
        sequencer.run_once()


@pytest.mark.trial
def test_every_change_of_one_byte_is_found_and_named(app: Flask, settings: Settings) -> None:
    random = Random(int(os.environ.get("SEED", "20261123")))
    fill(random)
    assert findings() == []
    missed, tried, wanted = [], 0, mutations.count()
    for mutation in mutations.mutations(settings, random, 2 * wanted):
        db.session.remove()
        try:
            mutation.apply()
        except sqlite3.IntegrityError:  # the change would repeat a unique value: the table itself refuses it
            continue
        tried += 1
        try:
            found = findings()
        finally:
            mutation.undo()
        text = " ".join(f"{item.record} {item.field}" for item in found)
        if not any(name in text for name in mutation.names):
            missed.append((mutation.place, mutation.names, found))
        if tried == wanted:
            break
    counts.report("single-byte changes found by the audit", changes=tried, missed=len(missed))
    assert missed == []
    assert findings() == []


def test_a_whole_run_reports_a_changed_byte_with_record_field_and_values(app: Flask, settings: Settings) -> None:
    random = Random(1)
    fill(random)
    mutation = next(mutations.mutations(settings, random, 1))
    mutation.apply()
    with transaction():
        run = runs.begin(actor=SYSTEM, scope=runs.FULL, in_background=False)
    for _ in runs.drive(run):
        pass
    with transaction(reads_only=True):
        kept = db.session.query(AuditFinding).all()
        assert any(finding.field == "public_id" and finding.record in mutation.names for finding in kept)
