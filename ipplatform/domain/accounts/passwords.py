"""Passwords: Argon2id (RFC 9106), and failures counted in the database so that every process sees them."""

from __future__ import annotations

import hmac
from datetime import timedelta
from functools import cache
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, func, select

from ipplatform.domain.accounts.models import LoginFailure, Person
from ipplatform.foundation import settings
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import TooMany
from ipplatform.foundation.i18n import _
from ipplatform.foundation.secretbox import KEY_FILE

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)  # OWASP's first Argon2id setting


def hash_password(password: str) -> str:
    return _hasher.hash(password)


@cache
def _dummy_hash() -> str:
    return _hasher.hash("nobody has this password")


def matches(person: Person | None, password: str) -> bool:
    """Whether the password is the person's. An unknown person costs the same time."""
    try:
        _hasher.verify(person.password_hash if person else _dummy_hash(), password)
    except (VerifyMismatchError, InvalidHashError, UnicodeEncodeError):  # JSON can carry half a surrogate pair
        return False
    return person is not None


def refuse_when_throttled(subject: str, most: int | None = None) -> None:
    """TooMany after ``most`` (default: the configured number of) failures for ``subject`` inside the window."""
    limits = settings.current()
    since = now() - timedelta(minutes=limits.login_window_minutes)
    failures = db.session.scalar(
        select(func.count())
        .select_from(LoginFailure)
        .where(LoginFailure.subject_digest == _digest(subject), LoginFailure.at > since)
    )
    if (failures or 0) >= (most or limits.login_max_failures):
        message = _(
            "Too many failed tries. Wait %(minutes)s minutes, or reset the password.",
            minutes=limits.login_window_minutes,
        )
        raise TooMany(message)


def count_failure(subject: str) -> None:
    db.session.add(LoginFailure(subject_digest=_digest(subject)))


def forget_failures(subject: str) -> None:
    db.session.execute(delete(LoginFailure).where(LoginFailure.subject_digest == _digest(subject)))


def check_password(person: Person, password: str) -> bool:
    """For signing: throttled and counted like a sign-in. The caller must commit when it is False, too."""
    refuse_when_throttled(person.email)
    if matches(person, password):
        return True
    count_failure(person.email)
    return False


def _digest(subject: str) -> bytes:
    """Keyed, so that the table does not tell which addresses exist."""
    key = (settings.current().keys_dir / KEY_FILE).read_bytes()
    return hmac.new(key, subject.strip().lower().encode(), sha256).digest()
