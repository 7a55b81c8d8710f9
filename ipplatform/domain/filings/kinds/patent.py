"""Patent: a new technical solution. 20 years from filing (TRIPS art. 33, CN Patent Law art. 42)."""

from __future__ import annotations

from datetime import date

from ipplatform.domain.filings.definition import Content, DocumentRole, Kind, Task
from ipplatform.domain.filings.rules import formalities, roles
from ipplatform.domain.filings.rules.periods import add_months
from ipplatform.domain.filings.schemas import content as answers
from ipplatform.domain.filings.schemas import parties
from ipplatform.foundation.i18n import _l

TERM_MONTHS = 20 * 12


def term(content: Content, filing_date: date) -> date:
    return add_months(filing_date, TERM_MONTHS)


KIND = Kind(
    name="patent",
    position=1,
    label=_l("Patent"),
    description=_l("A new technical solution: a product, a method or a use. Protected for 20 years from filing."),
    tasks=(
        Task("title", _l("Title and language"), answers.TitleSchema),
        Task("abstract", _l("Abstract"), answers.AbstractSchema),
        Task("claims", _l("Claims"), answers.ClaimsSchema),
        Task("description", _l("Description"), answers.DescriptionSchema),
        Task("inventors", _l("Inventors"), parties.InventorsSchema),
        Task("owners", _l("Owners and shares"), parties.OwnersSchema),
        Task("priority", _l("Priority claims"), parties.PrioritiesSchema, optional=True),
        Task("classes", _l("Classes (IPC)"), answers.IpcSchema),
    ),
    documents=(
        DocumentRole(
            "drawings",
            _l("Drawings"),
            _l("Needed when the description or a claim refers to a figure."),
            need=roles.drawings_need,
            public=True,
        ),
        DocumentRole("specification", _l("Specification as a file"), _l("If you also keep it as a PDF."), public=True),
        roles.PRIORITY_DOCUMENT,
        roles.ASSIGNMENT,
        roles.POWER_OF_ATTORNEY,
        roles.OTHER,
    ),
    formalities=(
        formalities.abstract_length,
        formalities.claim_numbering,
        formalities.whole_title,
        formalities.priority_within(formalities.PATENT_PRIORITY_MONTHS),
        formalities.deep_enough,
    ),
    term=term,
    classification="ipc",
)
