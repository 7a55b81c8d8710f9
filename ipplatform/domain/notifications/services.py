"""Mail: rendered in the reader's language when sent, from templates/emails/<template>.txt (and .html)."""

from __future__ import annotations

from typing import Any

from ipplatform.foundation import jobs
from ipplatform.foundation.i18n import plain


def mail(*, to: str, template: str, locale: str, context: dict[str, Any], key: str | None = None) -> None:
    """Queue one mail in the current transaction. ``context`` is JSON-ready; its ``path`` is made a full address."""
    jobs.enqueue("mail", {"to": to, "template": template, "locale": locale, "context": plain(context)}, key=key)


def listed(*, to: str, template: str, locale: str, context: dict[str, Any], key: str | None = None) -> None:
    """As `mail`, for what many may happen of within a moment: those that wait together are one mail.

    One alone is ``template``; several are ``template + "_several"``, whose ``listed`` is their contexts.
    """
    jobs.enqueue("listed mail", {"to": to, "template": template, "locale": locale, "context": plain(context)}, key=key)
