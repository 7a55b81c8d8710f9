"""Free words of a decision or a withdrawal, fit for a manifest."""

from __future__ import annotations

from marshmallow import ValidationError

from ipplatform.domain.filings.schemas.inputs import clean
from ipplatform.foundation.errors import Invalid
from ipplatform.foundation.i18n import _l

MOST_CHARACTERS = 4000


def checked_text(path: str, value: str) -> str:
    """`value` tidied; Invalid at `path` for control characters or more than 4,000 characters."""
    try:
        text = clean(value)
    except ValidationError as error:
        raise Invalid({path: list(error.messages)}) from error
    if len(text) > MOST_CHARACTERS:
        raise Invalid({path: [_l("Use at most %(most)s characters.", most=MOST_CHARACTERS)]})
    return text
