"""Text that comes from people: NFC, no control characters, a stated length."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from ipplatform.foundation.i18n import _, _l

KEPT_CONTROLS = frozenset("\n\t")


def clean(text: str) -> str:
    """NFC with uniform line ends, trimmed. Directional marks stay: Arabic and Hebrew names need them."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def forbidden_characters(text: str) -> set[str]:
    """Control characters (NUL among them) and lone surrogates, which no database or PDF can hold."""
    return {one for one in text if unicodedata.category(one) in ("Cc", "Cs") and one not in KEPT_CONTROLS}


class Text(fields.String):
    """A cleaned string of at most ``most`` characters; longer or unprintable input is an error on the field."""

    default_error_messages = {
        "required": _l("Answer this question."),
        "null": _l("Answer this question."),
        "invalid": _l("Enter text."),
        "blank": _l("Answer this question."),
        "control": _l("Remove the unprintable characters (codes below 32)."),
    }

    def __init__(self, *, most: int = 100_000, least: int = 1, **kwargs: Any):
        self.most, self.least = most, least
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        raw = super()._deserialize(value, attr, data, **kwargs)
        if forbidden_characters(raw.replace("\r", "\n")):
            raise self.make_error("control")
        text = clean(raw)
        if len(text) < self.least:
            raise self.make_error("blank")
        if len(text) > self.most:
            raise ValidationError(
                _("Use at most %(most)s characters; this has %(count)s.", most=self.most, count=len(text))
            )
        return text


class ShortText(Text):
    """One line: line breaks become spaces."""

    def __init__(self, *, most: int = 500, **kwargs: Any):
        super().__init__(most=most, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        return " ".join(super()._deserialize(value, attr, data, **kwargs).split())
