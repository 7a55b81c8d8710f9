"""What a submission must pass before anything is written: known fields, complete answers, a key used for one request."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from ipplatform.domain.evidence import seals
from ipplatform.domain.filings import kinds
from ipplatform.domain.filings.definition import Kind
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.filings.rules.assessment import Assessment, assess, unknown_fields
from ipplatform.foundation import clock
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import Conflict, Invalid
from ipplatform.foundation.i18n import _l

KEY_REUSED = _l("This key was used before for another request. Use a new key for a new request.")
NO_SUCH_DOCUMENT = _l("There is no such document. Upload it first.")


def request_digest(request: Mapping[str, Any]) -> str:
    """A keyed digest of a request, to tell a repetition from another request."""
    return seals.content_digest(json.dumps(request, sort_keys=True, ensure_ascii=True, default=str).encode())


def by_key(organisation_id: int, key: str, digest: str) -> Filing | None:
    """The filing of the same request; Conflict (idempotency_mismatch) when the key was used for another one."""
    same = select(Filing).where(Filing.organisation_id == organisation_id, Filing.idempotency_key == key)
    earlier = db.session.scalars(same).one_or_none()
    if earlier is not None and earlier.request_digest != digest:
        raise Conflict(KEY_REUSED, code="idempotency_mismatch")
    return earlier


def require_known(kind: Kind, fields: Mapping[str, Any]) -> None:
    """Invalid for fields the kind does not ask for, and for text no encoding can hold (half of a surrogate pair)."""
    unknown = no_such_fields(kind, fields)
    if unknown:
        raise Invalid(unknown)
    require_text(fields)


def no_such_fields(kind: Kind, fields: Mapping[str, Any]) -> dict[str, list[Any]]:
    """A message for each field the kind does not ask for."""
    return {name: [_l("There is no such field.")] for name in unknown_fields(kind, fields)}


def require_text(fields: Mapping[str, Any]) -> None:
    if _encodes(fields):
        return
    broken = [name for name, value in fields.items() if not _encodes(value)]
    raise Invalid({name: [_l("Remove the characters that are not valid text.")] for name in broken})


def _encodes(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def assessed(kind: Kind, fields: Mapping[str, Any], roles: Iterable[str]) -> Assessment:
    """What stands between these answers with documents in these roles and their submission today."""
    return assess(kind=kind, raw=fields, documents=Counter(roles), filed_on=clock.today())


def complete(filing: Filing, roles: Iterable[str]) -> Assessment:
    """The assessment; Invalid (incomplete) lists what is missing or wrong by field."""
    found = assessed(kinds.of(filing.asset_kind), filing.fields, roles)
    require_complete(found)
    return found


def require_complete(found: Assessment, unknown: Mapping[str, list[Any]] | None = None) -> None:
    """Invalid (incomplete) lists what is missing or wrong by field, and beside it what is `unknown`."""
    if unknown and found.complete:
        raise Invalid(dict(unknown))
    if not found.complete:
        fields: dict[str, list[Any]] = dict(unknown or {})
        for problem in found.blocking:
            fields.setdefault(problem.field, []).append(problem.message)
        raise Invalid(fields, code="incomplete")
