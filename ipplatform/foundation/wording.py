"""marshmallow's and webargs' own messages in the reader's language; both make them in English only.

They are told by their wording, once they are made: a message with a placeholder must be a plain string for marshmallow to
fill it, so that it cannot be given a lazy translation instead.
"""

from __future__ import annotations

import re
from typing import Any

from ipplatform.foundation.i18n import N_, _l

# A longer wording stands before the shorter one that it also fits.
BUILT_IN = (
    N_("Missing data for required field."),
    N_("Field may not be null."),
    N_("Unknown field."),
    N_("Invalid value."),
    N_("Invalid type."),
    N_("Invalid input."),
    N_("Invalid input type."),
    N_("Invalid JSON body."),
    N_("Not a valid string."),
    N_("Not a valid utf-8 string."),
    N_("Not a valid number."),
    N_("Not a valid integer."),
    N_("Not a valid boolean."),
    N_("Not a valid list."),
    N_("Not a valid tuple."),
    N_("Not a valid mapping type."),
    N_("Not a valid date."),
    N_("Not a valid time."),
    N_("Not a valid datetime."),
    N_("Not a valid naive datetime."),
    N_("Not a valid aware datetime."),
    N_("Not a valid period of time."),
    N_("Not a valid UUID."),
    N_("Not a valid URL."),
    N_("Not a valid email address."),
    N_("Number too large."),
    N_("Special numeric values (nan or infinity) are not permitted."),
    N_("String does not match expected pattern."),
    N_("Shorter than minimum length %(min)s."),
    N_("Longer than maximum length %(max)s."),
    N_("Length must be between %(min)s and %(max)s."),
    N_("Length must be %(equal)s."),
    N_("Must be equal to %(other)s."),
    N_("Must be one of: %(choices)s."),
    N_("One or more of the choices you made was not in: %(choices)s."),
    N_("One or more of the choices you made was in: %(values)s."),
    N_("Must be greater than or equal to %(min)s and less than or equal to %(max)s."),
    N_("Must be greater than or equal to %(min)s and less than %(max)s."),
    N_("Must be greater than %(min)s and less than or equal to %(max)s."),
    N_("Must be greater than %(min)s and less than %(max)s."),
    N_("Must be greater than or equal to %(min)s."),
    N_("Must be greater than %(min)s."),
    N_("Must be less than or equal to %(max)s."),
    N_("Must be less than %(max)s."),
)
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def _pattern(text: str) -> re.Pattern[str]:
    """Reads the values back out of a filled ``text``."""
    parts = _PLACEHOLDER.split(text)
    parts[::2] = [re.escape(words) for words in parts[::2]]
    parts[1::2] = [f"(?P<{name}>.*)" for name in parts[1::2]]
    return re.compile("".join(parts), re.DOTALL)


_EXACT = frozenset(text for text in BUILT_IN if "%(" not in text)
_FILLED = tuple((text, _pattern(text)) for text in BUILT_IN if "%(" in text)


def translated(message: Any) -> Any:
    """A built-in message as a lazy text of the catalogue; any other message as it is."""
    if not isinstance(message, str):
        return message
    if message in _EXACT:
        return _l(message)
    for text, pattern in _FILLED:
        found = pattern.fullmatch(message)
        if found:
            return _l(text, **found.groupdict())
    return message
