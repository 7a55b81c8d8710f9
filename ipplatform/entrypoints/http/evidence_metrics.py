"""Gauges of the evidence log, read when Prometheus asks: a handful of cheap statements, no tree and no network."""

from __future__ import annotations

from collections.abc import Iterator

import structlog
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.exc import SQLAlchemyError

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence.audit import health
from ipplatform.domain.evidence.audit.health import Health
from ipplatform.foundation import clock
from ipplatform.foundation.db import db

PREFIX = "ipplatform_evidence_"


class EvidenceGauges:
    """What `generate_latest` takes for a registry. A figure that does not exist yet has no sample."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            now = health.health(actor=SYSTEM)
        except SQLAlchemyError as error:
            db.session.rollback()
            structlog.get_logger().error("gauges of evidence not readable", error=type(error).__name__)
            yield _one("readable", "Whether the database answered for the gauges of evidence", 0)
            return
        yield _one("readable", "Whether the database answered for the gauges of evidence", 1)
        yield from _figures(now)
        yield from _witnesses(now)
        yield from _authorities(now)


def _figures(now: Health) -> Iterator[GaugeMetricFamily]:
    figures = now.figures
    yield _one("log_entries", "Entries of the log", now.size)
    yield _one("published_entries", "Entries under the newest published checkpoint", now.published_size)
    yield _one("pending_entries", "Filings that wait for their place in the log", figures.pending)
    yield _one("lag_seconds", "How long the oldest of them has waited", figures.waiting_seconds)
    yield _one("halted", "Whether the sequencer has halted or the log is frozen", bool(now.halted_at or now.frozen))
    yield _one("checkpoint_age_seconds", "Since the newest checkpoint was published", figures.checkpoint_seconds)
    yield _one("full_audit_age_seconds", "Since the last full audit that ended had begun", figures.last_full_seconds)
    yield _one("open_findings", "Places that audits found changed and none found whole since", figures.open_findings)
    yield _one("broken_records", "Records that the last audit of them found broken", figures.broken_records)


def _witnesses(now: Health) -> Iterator[GaugeMetricFamily]:
    configured = GaugeMetricFamily(
        f"{PREFIX}configuration_faulty", "Whether WITNESS_POLICY or the log's keys cannot be read"
    )
    configured.add_metric([], float(bool(now.witness_problem or now.key_problem)))
    yield configured
    if now.witnesses is None:
        return
    ages = GaugeMetricFamily(
        f"{PREFIX}cosignature_age_seconds", "Since the witness's newest cosignature", labels=["witness"]
    )
    contradicts = GaugeMetricFamily(
        f"{PREFIX}witness_contradicts", "Whether the witness holds another history of the log", labels=["witness"]
    )
    for one in now.witnesses.witnesses:
        contradicts.add_metric([one.name], float(one.contradicted))
        if one.cosigned_at is not None:
            ages.add_metric([one.name], (clock.now() - one.cosigned_at).total_seconds())
    yield ages
    yield contradicts
    if now.witnesses.met is not None:
        yield _one("quorum_met", "Whether the newest checkpoint met its quorum", now.witnesses.met)


def _authorities(now: Health) -> Iterator[GaugeMetricFamily]:
    ages = GaugeMetricFamily(
        f"{PREFIX}time_stamp_age_seconds", "Since the authority's last token", labels=["authority"]
    )
    for one in now.authorities_configured:
        if one.age is not None:
            ages.add_metric([one.name], one.age.total_seconds())
    yield ages


def _one(name: str, words: str, value: float | None) -> GaugeMetricFamily:
    found = GaugeMetricFamily(PREFIX + name, words)
    if value is not None:
        found.add_metric([], value)
    return found
