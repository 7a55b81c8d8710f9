"""Document roles several kinds ask for."""

from __future__ import annotations

from ipplatform.domain.filings.definition import Content, DocumentRole, Need
from ipplatform.domain.filings.rules.formalities import mentions_drawings
from ipplatform.foundation.i18n import _l


def drawings_need(content: Content) -> Need:
    """Drawings are required as soon as the description or a claim refers to one (PCT art. 7)."""
    texts = [content.get("description") or "", *(claim.text for claim in content.get("claims") or [])]
    return "required" if any(map(mentions_drawings, texts)) else "optional"


def always(content: Content) -> Need:
    return "required"


def priority_need(content: Content) -> Need:
    """A certified copy of the earlier application may follow the filing (Paris Convention, art. 4D(3))."""
    return "expected" if content.get("priorities") else "optional"


PRIORITY_DOCUMENT = DocumentRole(
    "priority_document",
    _l("Certified copy of the earlier application"),
    _l("For each priority claimed."),
    need=priority_need,
)
POWER_OF_ATTORNEY = DocumentRole("power_of_attorney", _l("Power of attorney"), _l("If somebody acts for the owners."))
ASSIGNMENT = DocumentRole(
    "assignment",
    _l("Proof of title"),
    _l("An assignment or employment agreement, if the owners are not the inventors."),
)
OTHER = DocumentRole("other", _l("Other document"), _l("Anything else that belongs to the application."))
