"""Mail: rendered in the reader's language when sent, from templates/emails/<template>.txt (and .html)."""

from __future__ import annotations

from typing import Any

from ipplatform.foundation import jobs
from ipplatform.foundation.i18n import plain


def mail(*, to: str, template: str, locale: str, context: dict[str, Any], key: str | None = None) -> None:
    """Queue one mail in the current transaction. ``context`` is JSON-ready; its ``path`` is made a full address."""
    jobs.enqueue("mail", {"to": to, "template": template, "locale": locale, "context": plain(context)}, key=key)


def listed(
    *, to: str, template: str, several: str, locale: str, context: dict[str, Any], key: str | None = None
) -> None:
    """As `mail`, for what may happen many times within a moment: those that wait together are one mail.

    One alone is ``template``; more are the template ``several``, whose ``listed`` is their contexts.
    """
    payload = {"to": to, "template": template, "several": several, "locale": locale, "context": plain(context)}
    jobs.enqueue("listed mail", payload, key=key)
