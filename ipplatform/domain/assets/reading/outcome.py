"""What a reader says about a document: remarks with a code, worded only when somebody looks at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ipplatform.foundation.i18n import _l

# Reasons for a refusal: nothing is entered.
REFUSALS: Mapping[str, Any] = {
    "too_large": _l("The document is larger than %(limit)s bytes, the most that is read."),
    "entities": _l("The document declares entities. They could hide or multiply content, so it is not read."),
    "encoding": _l("The document declares the encoding %(encoding)s, which is not read. Convert the file to UTF-8."),
    "nul_bytes": _l("The document contains NUL bytes, which XML does not allow. Is it UTF-16 or a damaged file?"),
    "malformed": _l("The document is not well-formed XML (line %(line)s): %(problem)s"),
    "truncated": _l("The document ends before it is complete. Was the file cut off?"),
    "too_deep": _l("The document is nested too deeply or one of its texts is too long to be read safely."),
    "format_unknown": _l("This is no format we know: its outermost element is %(root)s."),
    "format_not_read": _l("%(format)s is not read yet."),
    "sequence_listing": _l(
        "A sequence listing of %(number)s. It belongs to that patent and is not an asset of its own."
    ),
    "no_number": _l("There is no publication number that could be read: “%(found)s”."),
    "no_title": _l("There is no title."),
    "no_dates": _l("There is no date of grant that could be read: “%(found)s”."),
    "sir": _l("A statutory invention registration gives no exclusive right, so there is nothing to license."),
    "certificate": _l("A %(kind)s certificate changes an earlier patent and is not an asset of its own."),
    "kind_unknown": _l("Documents of kind %(kind)s are not taken into the register."),
    "other_holder": _l("%(number)s is already in the register and held by another organisation."),
}
# Doubts: entered, but a person should look.
DOUBTS: Mapping[str, Any] = {
    "no_filing_date": _l("No filing date could be read (“%(found)s”), so the end of the term is unknown."),
    "no_application_number": _l("No application number could be read (“%(found)s”)."),
    "no_owner": _l("No assignee is named. The inventors are entered as owners."),
    "applicant_owner": _l("No assignee is named. The applicant is entered as owner."),
    "no_party": _l("Neither owner nor inventor is named. The owner is entered as unknown."),
    "terminal_disclaimer": _l("A terminal disclaimer may end the right before the date given here."),
    "class_unreadable": _l("The class “%(found)s” (%(scheme)s) could not be read and was left out."),
    "no_class": _l("No class could be read."),
    "entity_unknown": _l("The character named “%(name)s” is not known; its name was kept."),
    "title_long": _l("The title has %(length)s characters."),
    "number_differs": _l("The file name inside the document (%(file)s) does not fit its number (%(number)s)."),
    "reissue_term": _l("The term of a reissue is that of the original patent; it was worked out from this document."),
    "dates_disordered": _l("The grant date lies before the filing date."),
}
# Notes: worth knowing, nothing to do.
NOTES: Mapping[str, Any] = {
    "shares_presumed": _l("The file does not give the shares of the %(owners)s owners: equal shares are presumed."),
    "term_adjusted": _l("The office adjusted the term by %(days)s days."),
    "plant": _l("A plant patent: it covers one asexually reproduced variety."),
    "reissue": _l("A reissue: it replaces an earlier patent."),
    "maintenance_unknown": _l("The office's file does not say whether maintenance fees were paid."),
    "already_there": _l("%(number)s is already in the register, so nothing was entered."),
    "expired": _l("The term ended on %(date)s."),
}


@dataclass(frozen=True, slots=True)
class Remark:
    """A coded remark; ``detail`` fills the placeholders and is JSON-ready."""

    code: str
    detail: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "detail": dict(self.detail)}

    @property
    def is_doubt(self) -> bool:
        return self.code in DOUBTS


class RefusedDocument(Exception):
    """One document cannot be taken; the others of its file can."""

    def __init__(self, code: str, **detail: Any):
        self.remark = Remark(code, detail)
        super().__init__(code)


def text_of(remark: Mapping[str, Any]) -> str:
    """A stored remark in the reader's language; an unknown code (from a later version) comes back as it is."""
    code = str(remark.get("code"))
    wording = REFUSALS.get(code) or DOUBTS.get(code) or NOTES.get(code)
    return str(wording) % remark.get("detail", {}) if wording is not None else code


def level_of(remark: Mapping[str, Any]) -> str:
    """``refusal``, ``doubt`` or ``note``."""
    code = remark.get("code")
    return "doubt" if code in DOUBTS else "note" if code in NOTES else "refusal"
