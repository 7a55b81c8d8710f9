"""Issues certificates: once for a record, a language and a state of its evidence, and keeps the bytes.

Nothing is held while a page is set or an authority is asked: reading, making and keeping are apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import any_member, require
from ipplatform.domain.audit import services as trail
from ipplatform.domain.evidence import queries as log_queries
from ipplatform.domain.evidence import services as evidence
from ipplatform.domain.evidence.certificate import document, facts, keys, queries, rules, sealing, signing
from ipplatform.domain.evidence.certificate.facts import Evidence
from ipplatform.domain.evidence.certificate.keys import PdfKey
from ipplatform.domain.evidence.certificate.models import Certificate
from ipplatform.domain.evidence.certificate.permissions import READ
from ipplatform.domain.evidence.erasure.access import require_content
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.time import configuration, store
from ipplatform.domain.evidence.time.configuration import Authority
from ipplatform.domain.evidence.time.errors import AuthorityProblem
from ipplatform.domain.evidence.time.models import AuthorityState
from ipplatform.foundation import clock, rows, settings
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import Conflict, Invalid, NotFound
from ipplatform.foundation.i18n import _l
from ipplatform.foundation.ids import display_id
from ipplatform.foundation.keyfile import KeyFileError

# An authority that failed lately is not asked again meanwhile: somebody waits for the page.
PAUSE = timedelta(minutes=10)
LANGUAGE = _l("Choose English (en) or Chinese (zh).")
NO_KEY = _l("Certificates cannot be signed at present. The operator of the service has to look after the signing key.")
log = structlog.get_logger()


@dataclass(frozen=True)
class Issued:
    """A certificate as it is handed out; `stamped_by` None: the signature in it carries no time stamp."""

    filing: str
    language: str
    content: bytes
    stamped_by: str | None
    issued_at: datetime

    @property
    def name(self) -> str:
        return f"certificate-{display_id(self.filing)}-{self.language}.pdf"


@dataclass(frozen=True)
class _Task:
    record: Record
    filed: dict[str, Any]
    evidence: Evidence
    authorities: tuple[Authority, ...]


def certificate(*, actor: Actor, filing: str, language: str) -> Issued:
    """The certificate of a filing (public id), issued now if it was not before. In transactions of its own.

    Invalid (language), NotFound, Forbidden, Gone (erased), Conflict (awaiting_inclusion, certificate_key,
    certificate_damaged). Reading is recorded, but not by those who read what is published to all.
    """
    if language not in document.LANGUAGES:
        raise Invalid({"language": [LANGUAGE]})
    with transaction(reads_only=True):
        task = _task(actor, filing)
        kept = queries.kept(task.record.id, language, (task.evidence.basis, task.evidence.basis_when_stamped))
    made = _made(task, language) if kept is None else _with_stamp(task, language) if _lacks_stamp(kept, task) else None
    if made is not None:
        with transaction():
            kept = _keep(task.record, made)
            if kept is made and made.basis == task.evidence.basis_when_stamped:
                _note_anew(actor, filing, made)
    assert kept is not None
    role = _role(actor, task.record)
    if role is not None:
        # Apart, so that what is published never takes SQLite's write lock.
        with transaction():
            trail.record_read(
                actor=actor, action="filing.certificate", subject_kind="filing", subject=filing, role=role
            )
    return Issued(filing, language, kept.content, kept.stamped_by, kept.issued_at)


def _task(actor: Actor, filing: str) -> _Task:
    record = log_queries.record_by_filing(filing)
    if record is None or record.organisation_id is None:
        raise NotFound
    require(READ, actor, record)
    require_content(filing)
    if record.manifest is None:
        raise NotFound
    return _Task(record, facts.filed(record), Evidence.of(record), _askable())


def _role(actor: Actor, record: Record) -> str | None:
    if any_member(actor, record):
        return trail.MEMBER
    return next((role for role in (trail.AUDITOR, trail.REGISTRAR, trail.SYSTEM) if role in actor.office), None)


def _lacks_stamp(kept: Certificate, task: _Task) -> bool:
    """Issued while no authority answered or none was configured, and now there is one to ask."""
    return kept.stamped_by is None and bool(task.authorities)


def _with_stamp(task: _Task, language: str) -> Certificate | None:
    """The same evidence certified anew with a time stamp; None where that fails, and the one there is stays the answer."""
    moment = clock.now().replace(microsecond=0)
    try:
        key = _key()
        stamped = _stamped(task, language, key, moment)
    except Conflict as error:
        log.warning("certificate not issued anew", filing=task.record.public_id, reason=error.code)
        return None
    return None if stamped is None else _row(task, language, key, moment, task.evidence.basis_when_stamped, *stamped)


def _note_anew(actor: Actor, filing: str, made: Certificate) -> None:
    trail.record(
        actor=actor,
        action="filing.certificate_anew",
        subject_kind="filing",
        subject=filing,
        language=made.language,
        stamped_by=made.stamped_by,
    )
    log.info("certificate issued anew with a time stamp", filing=filing, authority=made.stamped_by)


def _made(task: _Task, language: str) -> Certificate:
    moment = clock.now().replace(microsecond=0)
    key = _key()
    signed = _stamped(task, language, key, moment) or _unstamped(task, language, key, moment)
    return _row(task, language, key, moment, task.evidence.basis, *signed)


def _row(
    task: _Task, language: str, key: PdfKey, moment: datetime, basis: str, content: bytes, stamped_by: str | None
) -> Certificate:
    return Certificate(
        record_id=task.record.id,
        language=language,
        basis=basis,
        checkpoint_size=task.evidence.head.size,
        content=content,
        signer_sha256=key.sha256,
        stamped_by=stamped_by,
        issued_at=moment,
    )


def _stamped(task: _Task, language: str, key: PdfKey, moment: datetime) -> tuple[bytes, str] | None:
    """The page says whose time stamp the signature carries; None where no authority gives one."""
    for authority in task.authorities:
        page = _page(task, language, key, moment, authority)
        try:
            return signing.sign(page, key, authority), authority.name
        except signing.NotStamped as error:
            with transaction():
                store.failed(authority.name, str(error))
    return None


def _unstamped(task: _Task, language: str, key: PdfKey, moment: datetime) -> tuple[bytes, None]:
    """The page says that the signature carries no time stamp."""
    return signing.sign(_page(task, language, key, moment, None), key), None


def _page(task: _Task, language: str, key: PdfKey, moment: datetime, authority: Authority | None) -> bytes:
    current = settings.current()
    shown = {
        **task.filed,
        **task.evidence.shown,
        "zone": current.zone_name_zh if language == "zh" else current.zone_name,
        "zone_other": current.zone_name if language == "zh" else current.zone_name_zh,
        "issued_at": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "stamped_by": authority.name if authority else "",
        "signer": key.sha256.hex()[:16].upper(),
    }
    shown = rules.on_both_clocks(shown, ZoneInfo(current.zone_timezone))
    address = f"{current.base_url}/verify/{display_id(task.record.public_id)}"
    return document.render(shown, language=language, address=address, attachments=task.evidence.attachments, at=moment)


def _keep(record: Record, made: Certificate) -> Certificate:
    """Whoever issued the same meanwhile was first, and theirs is the answer. Gone when it was erased meanwhile."""
    evidence.lock_asset(record.asset or record.public_id)
    require_content(record.public_id)
    made.seal = sealing.seal(made)
    if rows.insert_unless_there(made):
        return made
    found = queries.kept(made.record_id, made.language, (made.basis,))
    if found is None:
        raise Conflict(code="raced")
    return found


def _key() -> PdfKey:
    try:
        return keys.load()
    except KeyFileError as error:
        log.exception("certificate key unusable")
        raise Conflict(NO_KEY, code="certificate_key") from error


def _askable() -> tuple[Authority, ...]:
    """The configured authorities but those that failed lately."""
    try:
        configured = configuration.authorities()
    except AuthorityProblem as error:
        log.warning("time authorities unusable", reason=str(error))
        return ()
    if not configured:
        return ()
    now = clock.now()
    lately = AuthorityState.failed_at.between(now - PAUSE + timedelta(microseconds=1), now)
    last = AuthorityState.failed_at == AuthorityState.tried_at
    failing = set(db.session.scalars(select(AuthorityState.name).where(lately, last)))
    return tuple(item for item in configured if item.name not in failing)
