"""Stamps anew, before what the tokens rest on ends, and writes down in the log that it was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256, sha512
from typing import Any

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from ipplatform.domain.evidence import services
from ipplatform.domain.evidence.manifest import timestamp
from ipplatform.domain.evidence.time import algorithms, chain, client, configuration, store
from ipplatform.domain.evidence.time.client import Obtained
from ipplatform.domain.evidence.time.configuration import Authority
from ipplatform.domain.evidence.time.errors import AuthorityProblem, TokenError
from ipplatform.domain.evidence.time.models import TimeAnchor
from ipplatform.foundation import clock
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.ids import new_public_id

AHEAD = timedelta(days=90)
MOST = 2000
PART = 50
RECORD_KIND = "time_renewal"
log = structlog.get_logger()


@dataclass
class Report:
    """`renewed` sizes of checkpoints; `waiting` are due but were left for another run; `problem` says why."""

    renewed: list[int] = field(default_factory=list)
    waiting: int = 0
    problem: str = ""


@dataclass(frozen=True)
class _Renewed:
    size: int
    note: bytes
    number: int
    authority: str
    stamped: bytes
    obtained: Obtained


def renew(*, every: bool = False, most: int = MOST) -> Report:
    """Renew the tokens that end within AHEAD, oldest checkpoint first; all of them with `every`.

    Opens its own transactions. Ends at the first checkpoint that no authority renews for longer, and says why.
    """
    asked = configuration.authorities()
    with transaction(reads_only=True):
        sizes = _open(None if every else clock.now() + AHEAD)
    report = Report(waiting=len(sizes))
    for part in _parts(sizes[:most]):
        done, problem = _renew_part(part, asked, every)
        report.renewed += [item.size for item in done]
        report.waiting, report.problem = len(sizes) - len(report.renewed), problem
        if problem:
            log.error("time stamps could not be renewed", reason=problem, waiting=report.waiting)
            break
    return report


def _parts(sizes: Sequence[int]) -> list[Sequence[int]]:
    return [sizes[start : start + PART] for start in range(0, len(sizes), PART)]


def _renew_part(sizes: Sequence[int], asked: Sequence[Authority], every: bool) -> tuple[list[_Renewed], str]:
    done: list[_Renewed] = []
    problem = ""
    for size in sizes:
        found = _renew_one(size, asked, every)
        if isinstance(found, str):
            problem = found
            break
        done.append(found)
    if done:
        with transaction():
            _keep(done)
    return done, problem


def _renew_one(size: int, asked: Sequence[Authority], every: bool) -> _Renewed | str:
    with transaction(reads_only=True):
        note, links = store.links_over(size)
        ends = _end_of_open(size)
    number = max(link.renewal for link in links) + 1
    stamped = chain.stamped_bytes(note, links, number)
    problem = "no authority is configured (TIME_AUTHORITIES)"
    for authority in asked:
        try:
            obtained = client.obtain(authority, stamped, hash_name=chain.RENEWAL_HASH)
        except (AuthorityProblem, TokenError) as error:
            problem = f"{authority.name}: {error}"
            with transaction():
                store.failed(authority.name, str(error))
            continue
        if every or obtained.verified.ends_at > ends:
            return _Renewed(size, note, number, authority.name, stamped, obtained)
        problem = (
            f"{authority.name} still signs with what ends on {obtained.verified.ends_at:%Y-%m-%d}. Ask it for its next "
            "certificate, or add an authority with a newer one to TIME_AUTHORITIES"
        )
    return problem


def _keep(done: Sequence[_Renewed]) -> None:
    for item in done:
        store.keep(item.authority, item.size, item.note, item.number, item.obtained)
        store.succeeded(item.authority)
    services.append(
        organisation_id=None,
        filing=new_public_id(),
        kind=RECORD_KIND,
        asset=None,
        submitter={"platform": "time stamps"},
        fields={"renewals": [_entry(item) for item in done]},
        documents=(),
        idempotency_key=f"{RECORD_KIND}-{done[0].size}-{done[0].number}",
        leaf_kind="renewal",
    )


def _entry(item: _Renewed) -> dict[str, Any]:
    return {
        "authority": item.authority,
        "checkpoint_size": item.size,
        "renewal": item.number,
        "stamped_sha512": sha512(item.stamped).hexdigest(),
        "time": timestamp(item.obtained.verified.token.gen_time),
        "token_sha256": sha256(item.obtained.response).hexdigest(),
    }


def _open(before: datetime | None) -> list[int]:
    """Sizes of the checkpoints with a token that nothing renews and that ends `before`; None: every size."""
    sizes = select(TimeAnchor.checkpoint_size).where(_is_open()).group_by(TimeAnchor.checkpoint_size)
    if before is not None:
        weak = [text for text in _algorithms_in_use() if algorithms.end_of(text.split()) < before]
        sizes = sizes.where(or_(TimeAnchor.certificates_end_at < before, TimeAnchor.algorithms.in_(weak)))
    return list(db.session.scalars(sizes.order_by(TimeAnchor.checkpoint_size)))


def _algorithms_in_use() -> list[str]:
    return list(db.session.scalars(select(TimeAnchor.algorithms).where(_is_open()).distinct()))


def _end_of_open(size: int) -> datetime:
    rows = db.session.execute(
        select(TimeAnchor.certificates_end_at, TimeAnchor.algorithms).where(
            TimeAnchor.checkpoint_size == size, _is_open()
        )
    )
    ends: list[datetime] = []
    for certificates_end_at, names in rows:
        ends += [certificates_end_at, algorithms.end_of(names.split())]
    return min(ends)


def _is_open() -> Any:
    later = aliased(TimeAnchor)
    same = later.checkpoint_size == TimeAnchor.checkpoint_size
    return ~select(later.id).where(same, later.renewal > TimeAnchor.renewal).exists()
