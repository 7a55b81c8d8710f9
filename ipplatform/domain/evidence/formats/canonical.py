"""Canonical JSON (RFC 8785) over the types whose text is the same everywhere.

Strings in NFC, integers up to 2^53 - 1, booleans, null, arrays and objects. Floats are refused: their printed form is
the only part of RFC 8785 that implementations get wrong.
"""

import json
import unicodedata
from collections.abc import Mapping
from typing import Any, NoReturn

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 64
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class CanonicalError(ValueError):
    """A value has no canonical form here, or bytes are not JSON of the allowed kind."""


def dumps(value: object) -> bytes:
    """UTF-8 bytes of `value`. Raises CanonicalError for floats, other types, text outside NFC, or nesting over 64."""
    return _ENCODE(_ordered(value, 0)).encode("utf-8")


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
    _ordered(value, 0)
    return value


def is_canonical(data: bytes) -> bool:
    try:
        return dumps(loads(data)) == data
    except CanonicalError:
        return False


def _ordered(value: object, depth: int) -> object:
    if depth > DEEPEST:
        raise CanonicalError(f"nested deeper than {DEEPEST}")
    if isinstance(value, str):
        return value if value.isascii() else _text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, dict):
        return {name: _ordered(value[name], depth + 1) for name in _sorted(value)}
    if isinstance(value, list | tuple):
        return [_ordered(item, depth + 1) for item in value]
    if isinstance(value, int):
        return _integer(value)
    raise CanonicalError(f"{type(value).__name__} has no canonical form")


def _sorted(names: Mapping[Any, object]) -> list[Any]:
    """By UTF-16 units (RFC 8785 section 3.2.3), which for ASCII is the order of str."""
    try:
        if all(map(str.isascii, names)):
            return sorted(names)
        return sorted(map(_text, names), key=lambda name: name.encode("utf-16-be"))
    except TypeError as error:
        raise CanonicalError("object key that is no text") from error


def _integer(value: int) -> int:
    if abs(value) > LARGEST_INTEGER:
        raise CanonicalError("integer beyond 2^53 - 1")
    return value


def _text(value: str) -> str:
    if not unicodedata.is_normalized("NFC", value):
        raise CanonicalError("text is not in NFC")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise CanonicalError("text holds a lone surrogate") from error
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise CanonicalError("duplicate key in an object")
    return found


def _refuse_float(text: str) -> NoReturn:
    raise CanonicalError(f"number {text[:20]} is not an integer")
