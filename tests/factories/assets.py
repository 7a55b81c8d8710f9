"""Assets and office files for tests, made up from nothing real."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import count
from typing import Any

from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.assets import services
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.assets.values import ClassValue, PartyValue
from ipplatform.foundation.db import transaction
from ipplatform.foundation.ids import new_public_id
from tests.factories.accounts import make_organisation

_numbers = count(1)


def make_asset(organisation: Organisation | None = None, **fields: Any) -> Asset:
    """A native patent in force, owned wholly by its holder, unless ``fields`` say otherwise."""
    organisation = organisation or make_organisation()
    number = next(_numbers)
    owner = PartyValue("owner", organisation.name, organisation.country, Fraction(1), organisation.id)
    values: dict[str, Any] = {
        "organisation_id": organisation.id,
        "kind": "patent",
        "public_id": new_public_id(),
        "title": f"Cooling plate number {number}",
        "abstract": "A plate with channels through which a liquid carries heat away from battery cells.",
        "status": "in_force",
        "office": "CN",
        "registration_number": f"ZL2020{number:08d}",
        "filing_date": date(2020, 5, 4),
        "grant_date": date(2022, 5, 4),
        "expiry_date": date(2040, 5, 4),
        "parties": [owner, PartyValue("inventor", "Wen Ling", "CN")],
        "classifications": [ClassValue("ipc", "H01M 10/0525")],
        **fields,
    }
    with transaction():
        return services.register(**values)


def grant_xml(number: str = "07000001", kind: str = "B1", **parts: str) -> str:
    """A US grant document of version 4.2 as the weekly files carry it; ``parts`` replace what it says."""
    said = {
        "declaration": '<?xml version="1.0" encoding="UTF-8"?>',
        "doctype": '<!DOCTYPE us-patent-grant SYSTEM "us-patent-grant-v42-2006-08-23.dtd" [ ]>',
        "date": "20200107",
        "application": "15000001",
        "filed": "20170502",
        "appl_type": "utility",
        "term": "",
        "classes": IPC,
        "title": "Cooling plate for battery cells",
        "related": "",
        "assignees": ASSIGNEE,
        "parties": INVENTOR,
        "abstract": "<abstract><p>A plate with channels carries heat away.</p></abstract>",
        "claims": "<claims><claim><claim-text>1. A plate with<claim-text>channels.</claim-text></claim-text></claim></claims>",
        "description": "<description><heading>FIELD</heading><p>Batteries get hot.</p></description>",
        **parts,
    }
    return _TEMPLATE.format(number=number, kind=kind, **said)


IPC = (
    "<classifications-ipcr><classification-ipcr><section>H</section><class>01</class><subclass>M</subclass>"
    "<main-group>10</main-group><subgroup>0525</subgroup></classification-ipcr></classifications-ipcr>"
)
ASSIGNEE = (
    "<assignees><assignee><addressbook><orgname>Northfield Cells Ltd</orgname><role>03</role>"
    "<address><city>Leeds</city><country>GB</country></address></addressbook></assignee></assignees>"
)
INVENTOR = (
    '<parties><applicants><applicant app-type="applicant-inventor"><addressbook><last-name>Moor</last-name>'
    "<first-name>Ada</first-name><address><country>GB</country></address></addressbook></applicant></applicants>"
    "<agents><agent><addressbook><orgname>Hill &amp; Dale LLP</orgname></addressbook></agent></agents></parties>"
)
_TEMPLATE = """{declaration}
{doctype}
<us-patent-grant lang="EN" dtd-version="v4.2 2006-08-23" file="US{number}-{date}.XML" country="US" date-publ="{date}">
<us-bibliographic-data-grant>
<publication-reference><document-id><country>US</country><doc-number>{number}</doc-number><kind>{kind}</kind>\
<date>{date}</date></document-id></publication-reference>
<application-reference appl-type="{appl_type}"><document-id><country>US</country>\
<doc-number>{application}</doc-number><date>{filed}</date></document-id></application-reference>
{term}
{classes}
<invention-title id="d0e1">{title}</invention-title>
{related}
{parties}
{assignees}
</us-bibliographic-data-grant>
{abstract}
{description}
{claims}
</us-patent-grant>
"""
