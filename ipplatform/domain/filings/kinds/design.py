"""Design: the look of a product. 15 years from filing (CN Patent Law art. 42, filed since 2021-06-01)."""

from __future__ import annotations

from datetime import date

from ipplatform.domain.filings.definition import Content, DocumentRole, Kind, Task
from ipplatform.domain.filings.rules import formalities, roles
from ipplatform.domain.filings.rules.periods import add_months
from ipplatform.domain.filings.schemas import content as answers
from ipplatform.domain.filings.schemas import parties
from ipplatform.foundation.i18n import _l

TERM_MONTHS = 15 * 12


def term(content: Content, filing_date: date) -> date:
    return add_months(filing_date, TERM_MONTHS)


KIND = Kind(
    name="design",
    position=3,
    label=_l("Design"),
    description=_l("The look of a product, shown in views. Protected for 15 years from filing."),
    tasks=(
        Task("title", _l("Product and language"), answers.TitleSchema),
        Task("abstract", _l("Brief explanation"), answers.ProductSchema),
        Task("inventors", _l("Designers"), parties.DesignersSchema),
        Task("owners", _l("Owners and shares"), parties.OwnersSchema),
        Task("priority", _l("Priority claims"), parties.PrioritiesSchema, optional=True),
        Task("classes", _l("Classes (Locarno)"), answers.LocarnoSchema),
    ),
    documents=(
        DocumentRole(
            "views",
            _l("Views"),
            _l("Pictures of the product from every side that matters."),
            need=roles.always,
            public=True,
        ),
        roles.PRIORITY_DOCUMENT,
        roles.ASSIGNMENT,
        roles.POWER_OF_ATTORNEY,
        roles.OTHER,
    ),
    formalities=(
        formalities.whole_title,
        formalities.priority_within(formalities.DESIGN_PRIORITY_MONTHS),
    ),
    term=term,
    classification="locarno",
)
