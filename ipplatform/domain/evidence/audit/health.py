"""The console's first page: whether everything that keeps evidence whole is at work, and what is to be done if not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.evidence import keys, queries, signer
from ipplatform.domain.evidence.audit import signatures
from ipplatform.domain.evidence.audit.figures import Figures, figures
from ipplatform.domain.evidence.audit.marks import ED25519, MLDSA44
from ipplatform.domain.evidence.formats import note
from ipplatform.domain.evidence.models import LogCheckpoint
from ipplatform.domain.evidence.permissions import PERMISSIONS
from ipplatform.domain.evidence.time import queries as times
from ipplatform.domain.evidence.time.queries import AuthorityStatus
from ipplatform.domain.evidence.time.stamping import PERIOD
from ipplatform.domain.evidence.witness import status as witnesses
from ipplatform.domain.evidence.witness.policy import WitnessPolicyProblem
from ipplatform.domain.evidence.witness.status import Status as WitnessState
from ipplatform.foundation import clock, settings

# An entry is in the log within a second; a minute says that the sequencer does not run.
LATE = timedelta(minutes=1)
# The hour of a stamp, and the time for the tries after one that failed.
STALE = 2 * PERIOD


@dataclass(frozen=True)
class Health:
    """`signed` says of Ed25519 and of ML-DSA-44 whether the newest checkpoint bears it; None before the first.

    `witness_problem` and `key_problem` are words of the operator's, when the configuration cannot be read.
    """

    figures: Figures
    size: int
    published_size: int
    halted_at: datetime | None
    halted_reason: str | None
    frozen: str | None
    checkpoint_size: int | None
    signed: dict[str, bool] | None
    key_problem: str | None
    witnesses: WitnessState | None
    witness_problem: str | None
    authorities: list[AuthorityStatus]

    @property
    def checkpoint_age(self) -> timedelta | None:
        return clock.now() - self.figures.checkpoint_at if self.figures.checkpoint_at else None

    @property
    def lag(self) -> timedelta:
        return timedelta(seconds=self.figures.waiting_seconds)

    @property
    def late(self) -> bool:
        return self.lag > LATE

    @property
    def full_overdue(self) -> bool:
        """As the alarm counts, but from the first moment where there never was a full audit."""
        allowed = timedelta(days=settings.current().audit_alarm_days)
        return self.figures.last_full_at is None or clock.now() - self.figures.last_full_at > allowed

    @property
    def authorities_configured(self) -> list[AuthorityStatus]:
        return [item for item in self.authorities if item.configured]

    def due_at(self, authority: AuthorityStatus) -> datetime | None:
        """When the worker asks the authority next, if the log has grown by then; None where it never answered."""
        return authority.succeeded_at + PERIOD if authority.succeeded_at else None

    @property
    def stale_authorities(self) -> list[AuthorityStatus]:
        return [item for item in self.authorities_configured if self.is_stale(item)]

    def is_stale(self, authority: AuthorityStatus) -> bool:
        """No token for longer than two hours while the log had a checkpoint to stamp."""
        if authority.age is None:
            return self.checkpoint_size is not None
        if authority.age < timedelta():
            # The token came under a clock that ran ahead, which says nothing of its age.
            return authority.failure is not None
        newer = self.figures.checkpoint_at is not None and authority.succeeded_at is not None
        return newer and authority.age > STALE and self.figures.checkpoint_at > authority.succeeded_at  # type: ignore[operator]


def health(*, actor: Actor) -> Health:
    """Seven statements at most; holds no content, so that the office's administrators may read it too."""
    require(PERMISSIONS["audit.health"], actor)
    state, latest = queries.state(), queries.latest_checkpoint()
    signed, key_problem = _signed(latest)
    witnessed, witness_problem = _witnesses()
    return Health(
        figures=figures(),
        size=state.size if state else 0,
        published_size=state.published_size if state else 0,
        halted_at=state.halted_at if state else None,
        halted_reason=state.halted_reason if state else None,
        frozen=_frozen(),
        checkpoint_size=latest.size if latest else None,
        signed=signed,
        key_problem=key_problem,
        witnesses=witnessed,
        witness_problem=witness_problem,
        authorities=times.status(),
    )


def _signed(latest: LogCheckpoint | None) -> tuple[dict[str, bool] | None, str | None]:
    """Both signatures verified anew over the stored bytes."""
    if latest is None:
        return None, None
    try:
        known = keys.verifier_keys(latest.size)
        opened = note.parse(bytes(latest.note))
    except (keys.KeyProblem, note.NoteError) as error:
        return None, str(error)
    found = {ED25519: False, MLDSA44: False}
    for key in known:
        found[signatures.MARK_OF[key.algorithm]] = _verifies(opened, key)
    return found, None


def _verifies(opened: note.Note, key: note.VerifierKey) -> bool:
    try:
        note.verify_all(opened, [key])
    except note.NoteError:
        return False
    return True


def _frozen() -> str | None:
    """The signer's folder may be closed to the process that asks; a frozen log then shows as a halt."""
    try:
        return signer.frozen()
    except PermissionError:
        return None


def _witnesses() -> tuple[WitnessState | None, str | None]:
    try:
        return witnesses.status(), None
    except WitnessPolicyProblem as error:
        return None, str(error)
