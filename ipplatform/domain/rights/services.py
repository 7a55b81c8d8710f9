"""Writing the ledger. The asset's row is locked first, so that of many who ask at once one is served after another."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.assets import queries as assets
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.audit import services as audit
from ipplatform.domain.rights import queries, rules, words
from ipplatform.domain.rights.errors import GrantConflict
from ipplatform.domain.rights.models import Grant, days_held, held
from ipplatform.domain.rights.ranges import Ranges
from ipplatform.foundation import events
from ipplatform.foundation.clock import now, today
from ipplatform.foundation.db import db, lock_row
from ipplatform.foundation.errors import Conflict, Invalid
from ipplatform.foundation.i18n import _, _l
from ipplatform.foundation.ids import new_public_id

NOT_ALIVE = _l("This right is not in force, so nothing can be granted on it.")
NOT_HOLDER = _l("Only the holder of the asset can grant this right.")
NOT_LICENSEE = _l("Only the licensee can grant a sublicence under this licence.")
SAME_PARTY = _l("An organisation cannot license to itself.")
ENDED_EARLIER = _l("This grant has ended already.")
FAULTS: dict[str, Any] = {
    "empty": _l("Choose at least one."),
    "unknown": _l("This is not on the list."),
    "before_start": _l("The last day must not be before the first."),
}
CONSTRAINT = "ex_rights_grant_conflict"


def grant(
    *,
    asset: Asset,
    licensor_organisation_id: int,
    licensee_organisation_id: int | None,
    terms: rules.GrantTerms,
    agreement_ref: str,
    record_id: int | None = None,
    head_id: int | None = None,
    survives_head: bool = False,
) -> Grant:
    """Enter a grant; no licensee means anybody (an open licence). Publishes ``rights.changed`` (asset_id).

    Raises Invalid (terms that are none), Conflict (``not_alive``, ``not_holder``, ``same_party``, ``outside_head``,
    ``head_ended``) and GrantConflict, which names the smallest overlap and what remains.
    """
    locked = lock(asset.id)
    _require_sound(terms)
    _require_parties(locked, licensor_organisation_id, licensee_organisation_id)
    standings = queries.standings_of(locked.id)
    if head_id is None:
        _require_holder(locked, licensor_organisation_id)
    else:
        _require_inside(terms, standings, head_id, licensor_organisation_id)
    _require_known_subjects(terms, standings, head_id)
    available = rules.availability(terms, standings, head_id=head_id)
    if not available.free:
        raise GrantConflict(available)
    row = _row(locked, licensor_organisation_id, licensee_organisation_id, terms, agreement_ref, record_id, head_id)
    row.survives_head = survives_head
    _insert(row, terms)
    audit.record(
        actor=SYSTEM, action="grant.enter", subject_kind="grant", subject=row.public_id, agreement=agreement_ref
    )
    events.publish("rights.changed", asset_id=locked.id)
    return row


def end_grant(*, grant: Grant, last_day: date, reason: str) -> None:
    """End ``grant`` after ``last_day`` and with it the sublicences that do not survive it.

    Ending at the same day again changes nothing; Conflict (``ended_earlier``) when it ended before that day.
    """
    lock(grant.asset_id)
    db.session.refresh(grant)
    if grant.last_day == last_day and grant.ended_at is not None:
        return
    if grant.last_day is not None and grant.last_day < last_day:
        raise Conflict(ENDED_EARLIER, code="ended_earlier")
    _end(grant, last_day, reason)
    events.publish("rights.changed", asset_id=grant.asset_id)


def lapse(*, asset_id: int, on: date, reason: str) -> int:
    """End every grant of an asset whose right ends on ``on``; how many that were."""
    lock(asset_id)
    running = [row for row in queries.grants_of(asset_id, on=on) if row.last_day != on]
    for row in running:
        _end(row, on, reason)
    if running:
        events.publish("rights.changed", asset_id=asset_id)
    return len(running)


def lock(asset_id: int) -> Asset:
    """The asset, locked until the transaction ends: whoever decides on its rights holds this lock."""
    locked = lock_row(Asset, asset_id)
    if locked is None:
        raise Conflict(NOT_ALIVE, code="not_alive")
    return locked


def _end(row: Grant, last_day: date, reason: str) -> None:
    row.last_day, row.ended_at, row.ended_reason = last_day, now(), reason
    row.term_held = days_held(row.start_date, last_day)
    audit.record(actor=SYSTEM, action="grant.end", subject_kind="grant", subject=row.public_id, reason=reason)
    db.session.flush()
    below = select(Grant).where(Grant.head_id == row.id, Grant.survives_head.is_(False))
    for sublicence in db.session.scalars(below).all():
        if sublicence.last_day is None or sublicence.last_day > last_day:
            _end(sublicence, last_day, reason)


def _require_sound(terms: rules.GrantTerms) -> None:
    found = rules.faults(terms)
    if found:
        raise Invalid({axis: [FAULTS[code]] for axis, code in found.items()})


def _require_parties(asset: Asset, licensor_id: int, licensee_id: int | None) -> None:
    if not assets.is_alive(asset):
        raise Conflict(NOT_ALIVE, code="not_alive")
    if licensor_id == licensee_id:
        raise Conflict(SAME_PARTY, code="same_party")


def _require_holder(asset: Asset, licensor_id: int) -> None:
    if asset.organisation_id != licensor_id:
        raise Conflict(NOT_HOLDER, code="not_holder")


def _require_inside(terms: rules.GrantTerms, standings: list[rules.Standing], head_id: int, licensor_id: int) -> None:
    head = next((standing for standing in standings if standing.id == head_id), None)
    if head is None or (head.terms.end is not None and head.terms.end < today()):
        raise Conflict(_l("The licence above this sublicence has ended."), code="head_ended")
    if head.licensee_organisation_id != licensor_id:
        raise Conflict(NOT_LICENSEE, code="not_holder")
    beyond = rules.outside_head(terms, head.terms)
    if beyond:
        axes = words.joined(str(words.AXIS_LABELS[axis]) for axis in beyond)
        raise Conflict(
            _(
                "A sublicence must lie inside licence %(number)s; this one goes beyond it in: %(axes)s.",
                number=head.number,
                axes=axes,
            ),
            code="outside_head",
            detail={"axes": list(beyond), "head": head.number},
        )


def _require_known_subjects(terms: rules.GrantTerms, standings: list[rules.Standing], head_id: int | None) -> None:
    ordinary = {
        standing.id
        for standing in standings
        if standing.head_id == head_id and standing.terms.exclusivity == rules.ORDINARY
    }
    if not terms.subject_to <= ordinary:
        raise Invalid({"subject_to": [_l("A grant can only be made subject to ordinary grants on the same asset.")]})


def _row(
    asset: Asset,
    licensor_id: int,
    licensee_id: int | None,
    terms: rules.GrantTerms,
    agreement_ref: str,
    record_id: int | None,
    head_id: int | None,
) -> Grant:
    return Grant(
        public_id=new_public_id(),
        asset_id=asset.id,
        head_id=head_id,
        licensor_organisation_id=licensor_id,
        licensee_organisation_id=licensee_id,
        exclusivity=terms.exclusivity,
        acts=sorted(terms.acts),
        territories=sorted(terms.territories),
        fields=sorted(terms.fields),
        start_date=terms.start,
        end_date=terms.end,
        last_day=terms.end,
        subject_to=sorted(terms.subject_to),
        sublicensing=terms.sublicensing,
        agreement_ref=agreement_ref,
        record_id=record_id,
        bars=Ranges(),
        **held(terms),
    )


def _insert(row: Grant, terms: rules.GrantTerms) -> None:
    """The id is needed for ``bars``, so the row bars nothing for one statement; the constraint speaks at the next."""
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
            row.bars = rules.barring_ranges(row.id, terms)
            db.session.flush()
    except IntegrityError as error:
        if CONSTRAINT not in str(error.orig):
            raise
        raise Conflict(_l("This right is not free."), code="grant_conflict") from error
