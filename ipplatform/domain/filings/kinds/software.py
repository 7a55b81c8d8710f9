"""Software: 50 years from first publication, or from completion while unpublished, for legal persons.

CN Regulations on the Protection of Computer Software, art. 14: until 31 December of the fiftieth year.
"""

from __future__ import annotations

from datetime import date

from ipplatform.domain.filings.definition import Content, DocumentRole, Kind, Task
from ipplatform.domain.filings.rules import formalities, roles
from ipplatform.domain.filings.schemas import content as answers
from ipplatform.domain.filings.schemas import parties
from ipplatform.foundation.i18n import _l

TERM_YEARS = 50


def term(content: Content, filing_date: date) -> date:
    start = content.get("published") or content.get("completed") or filing_date
    return date(start.year + TERM_YEARS, 12, 31)


KIND = Kind(
    name="software",
    position=4,
    label=_l("Software"),
    description=_l("A program and its documentation. Protected for 50 years from first publication."),
    tasks=(
        Task("title", _l("Name and language"), answers.TitleSchema),
        Task("version", _l("Version and dates"), answers.VersionSchema),
        Task("abstract", _l("What it does"), answers.FunctionsSchema),
        Task("inventors", _l("Authors"), parties.AuthorsSchema),
        Task("owners", _l("Owners and shares"), parties.OwnersSchema),
    ),
    documents=(
        DocumentRole(
            "source",
            _l("Source code excerpt"),
            _l("The first and last 30 pages, or an archive of the whole."),
            media_types=("application/pdf", "text/plain", "application/zip"),
            need=roles.always,
        ),
        DocumentRole("manual", _l("User manual"), _l("Or design documents."), need=lambda content: "expected"),
        roles.ASSIGNMENT,
        roles.POWER_OF_ATTORNEY,
        roles.OTHER,
    ),
    formalities=(formalities.whole_title, formalities.published_after_completion),
    term=term,
    classification=None,
)
