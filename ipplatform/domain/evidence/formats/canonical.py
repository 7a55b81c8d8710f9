"""Canonical JSON (RFC 8785) over the types whose text is the same everywhere.

Strings in NFC, integers up to 2^53 - 1, booleans, null, arrays and objects. Floats are refused: their printed form is
the only part of RFC 8785 that implementations get wrong.
"""

import json
import unicodedata
from collections.abc import Callable, Collection, Mapping
from operator import itemgetter
from typing import Any, NoReturn

Spell = Callable[[Any], Any]

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 64
_NAME = itemgetter(0)
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class CanonicalError(ValueError):
    """A value has no canonical form here, or bytes are not JSON of the allowed kind."""


def dumps(value: object, *, spell: Spell | None = None) -> bytes:
    """UTF-8 bytes of `value`. Raises CanonicalError for floats, other types, text outside NFC, or nesting over 64.

    `spell` gives another value for text that is not ASCII and for other types, so that they have a canonical form.
    """
    return _ENCODE(_ordered(value, 0, spell)).encode("utf-8")


def loads(data: bytes) -> Any:
    """The value in `data`. Raises CanonicalError for duplicate keys, floats, NaN, bad UTF-8 or nesting over 64."""
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_refuse_float,
            parse_constant=_refuse_float,
        )
    except CanonicalError:
        raise
    except (ValueError, RecursionError) as error:
        raise CanonicalError(f"not JSON: {error}") from error
    _ordered(value, 0, None)
    return value


def is_canonical(data: bytes) -> bool:
    try:
        return dumps(loads(data)) == data
    except CanonicalError:
        return False


def _ordered(value: Any, depth: int, spell: Spell | None) -> Any:
    """ASCII text, most of what there is, is passed over where it stands: a call for each would take most of the time."""
    if isinstance(value, dict):
        _require_shallow(value, depth)
        return {
            name: item if item.__class__ is str and item.isascii() else _ordered(item, depth + 1, spell)
            for name, item in _members(value, spell)
        }
    if isinstance(value, (list, tuple)):
        _require_shallow(value, depth)
        return [
            item if item.__class__ is str and item.isascii() else _ordered(item, depth + 1, spell) for item in value
        ]
    if isinstance(value, str):
        return _text(value, spell)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return _integer(value)
    return _other(value, depth, spell)


def _require_shallow(value: Collection[Any], depth: int) -> None:
    if depth >= DEEPEST and value:
        raise CanonicalError(f"nested deeper than {DEEPEST}")


def _members(value: Mapping[Any, Any], spell: Spell | None) -> list[tuple[str, Any]]:
    """By UTF-16 units (RFC 8785 section 3.2.3), which for ASCII is the order of str."""
    try:
        if all(map(str.isascii, value)):
            return sorted(value.items(), key=_NAME)
        members = [(_text(name, spell), item) for name, item in value.items()]
    except TypeError as error:
        raise CanonicalError("object key that is no text") from error
    return sorted(_object(members).items(), key=lambda member: member[0].encode("utf-16-be"))


def _other(value: object, depth: int, spell: Spell | None) -> Any:
    spelled = value if spell is None else spell(value)
    if spelled is value:
        raise CanonicalError(f"{type(value).__name__} has no canonical form")
    return _ordered(spelled, depth, spell)


def _integer(value: int) -> int:
    if abs(value) > LARGEST_INTEGER:
        raise CanonicalError("integer beyond 2^53 - 1")
    return value


def _text(value: str, spell: Spell | None) -> str:
    if str.isascii(value):
        return value
    text: str = value if spell is None else spell(value)
    if not unicodedata.is_normalized("NFC", text):
        raise CanonicalError("text is not in NFC")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise CanonicalError("text holds a lone surrogate") from error
    return text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise CanonicalError("duplicate key in an object")
    return found


def _refuse_float(text: str) -> NoReturn:
    raise CanonicalError(f"number {text[:20]} is not an integer")
