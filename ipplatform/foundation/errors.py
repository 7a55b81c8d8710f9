"""Errors the domain raises; ``entrypoints/http/errors.py`` alone turns them into pages and problem+json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ipplatform.foundation.i18n import _l


class DomainError(Exception):
    """A refusal a person can act on. ``message`` is for them; ``code`` is for programs; ``detail`` is JSON-ready."""

    status = 400
    code = "refused"
    default: Any = _l("This cannot be done.")

    def __init__(self, message: Any = None, *, code: str | None = None, detail: Mapping[str, Any] | None = None):
        self.message = message if message is not None else self.default
        self.code = code or type(self).code
        self.detail = dict(detail or {})
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message)


class Invalid(DomainError):
    """Input with errors on named fields: ``fields`` maps a field's path to its messages."""

    status = 422
    code = "invalid"
    default = _l("Some answers need your attention.")

    def __init__(self, fields: Mapping[str, Sequence[Any]], message: Any = None, *, code: str | None = None):
        super().__init__(message, code=code)
        self.fields = {name: list(messages) for name, messages in fields.items()}


class Unauthenticated(DomainError):
    status = 401
    code = "unauthenticated"
    default = _l("Sign in to continue.")


class Forbidden(DomainError):
    status = 403
    code = "forbidden"
    default = _l("Your role does not allow this.")


class NotFound(DomainError):
    status = 404
    code = "not_found"
    default = _l("There is nothing at this address, or it is not public.")


class Conflict(DomainError):
    status = 409
    code = "conflict"
    default = _l("This has changed since you saw it.")


class StoredDamage(Conflict):
    """What is stored is no longer what was stored: no fault of who asks, and trying again does not help."""

    code = "damaged"
    default = _l(
        "What is stored here does not authenticate: its bytes were changed after they were stored. It is not shown, and "
        "the operator of the service can restore it."
    )


class DamagedFile(StoredDamage):
    code = "document_damaged"
    default = _l("The stored file is missing or damaged. The operator of the service can restore it.")


class Gone(DomainError):
    """It was here and was destroyed on purpose."""

    status = 410
    code = "erased"
    default = _l("The content was erased.")


class TooLarge(DomainError):
    status = 413
    code = "too_large"
    default = _l("This is larger than the service accepts.")


class TooMany(DomainError):
    status = 429
    code = "too_many"
    default = _l("Too many tries. Wait a while and try again.")
