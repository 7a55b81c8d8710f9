"""The lines of the API; see access_table.py."""

from __future__ import annotations

from typing import Any

from tests.architecture.access_people import DRAWING as A_DRAWING
from tests.architecture.access_people import (
    EVERYBODY,
    GRANTS,
    MEMBERS,
    OTHERS,
    OWN,
    PASSWORD,
    PUBLIC_KEY,
    SIGNED_IN,
    Line,
    own,
)
from tests.factories.filings import patent_fields
from tests.factories.licensing import form
from tests.factories.marketplace import offer, wish

_FILER = own("administrator", "filer")
_DEALER = own("administrator", "dealer")
_SIGNERS = own("filer", "signatory")
_PARTIES = OWN | {"partner"}
_NEGOTIATORS = _DEALER | {"partner"}
_AUDITOR, _REGISTRAR = frozenset({"auditor"}), frozenset({"registrar"})
_RECORD, _RUN = {"number": "registered"}, {"run": "audit"}
_LISTING, _DRAFTED = {"listing_id": "listing"}, {"listing_id": "drafted listing"}
_NEED, _TALK, _AGREED = {"need_id": "need"}, {"negotiation_id": "negotiation"}, {"agreement_id": "agreement"}
_EXTENT = {"exclusivity": "ordinary", "acts": ["sell"], "territories": ["DE"], "fields_of_use": ["*"]}


def _terms() -> dict[str, Any]:
    return {**form(), "sublicensing": 0}


PEOPLE = {
    "GET api-docs.openapi_json": Line(EVERYBODY),
    "GET me.Me": Line(SIGNED_IN),
    "GET organisation_api.Organisation": Line(MEMBERS),
    "POST organisation_api.Invitations": Line(
        own("administrator") | OTHERS, body={"email": "invited@example.com", "roles": ["viewer"]}
    ),
}

REGISTER = {
    "GET api_assets.Assets": Line(MEMBERS),
    "GET api_assets.OneAsset": Line(SIGNED_IN, {"asset_id": "asset"}),
    "POST api_assets.Imports": Line(_FILER | OTHERS, body={"file": GRANTS}),
    "GET api_assets.OneImport": Line(OWN, {"import_id": "import"}),
    "POST api_filings.Documents": Line(_FILER | OTHERS, body={"file": A_DRAWING}),
    "GET api_filings.Filings": Line(MEMBERS),
    "POST api_filings.Filings": Line(_FILER | OTHERS, body={"kind": "patent", "fields": patent_fields()}),
    "GET api_filings.OneFiling": Line(OWN, {"filing_id": "submitted"}),
    "POST api_filings.Amendments": Line(_FILER, {"filing_id": "deficient"}, {"fields": patent_fields()}),
    "POST api_filings.Withdrawal": Line(_FILER, {"filing_id": "submitted"}, {"reason": "A mistake."}),
    "GET api_examination.Queue": Line(_REGISTRAR),
    "POST api_examination.Taking": Line(_REGISTRAR, {"filing_id": "submitted"}),
    "POST api_examination.Decision": Line(_REGISTRAR, {"filing_id": "taken"}, {"outcome": "register"}),
}

EVIDENCE = {
    "GET evidence.Evidence": Line(SIGNED_IN, _RECORD),
    "GET evidence.Certificate": Line(OWN | _AUDITOR, {"number": "submitted"}),
    "GET evidence.Proof": Line(SIGNED_IN, _RECORD),
    "POST evidence.TimeStamp": Line(OWN, {"number": "submitted"}),
    "GET audits.Runs": Line(_AUDITOR),
    "POST audits.Runs": Line(_AUDITOR, body={"scope": "full"}),
    "GET audits.Run": Line(_AUDITOR, _RUN),
    "POST audits.Cancelling": Line(_AUDITOR, _RUN),
    "GET audits.Findings": Line(_AUDITOR, _RUN),
    "GET audits.Report": Line(_AUDITOR, {"run": "ended audit"}),
}

_ASKED, _HELD = {"request_id": "erasure request"}, {"hold_id": "hold"}
_WHY = {"ground": "objection", "words": "A person asks for it."}
_KEEP = {"subject": "{registered}", "reason": "Proceedings.", "authority": "A court", "reference": "12 O 7/26"}

ERASURE = {
    "GET api_erasure.FilingErasure": Line(OWN | _REGISTRAR | _AUDITOR, {"filing_id": "asked to be erased"}),
    "POST api_erasure.FilingErasure": Line(own("administrator"), {"filing_id": "registered"}, _WHY),
    "GET api_erasure.Erasures": Line(_REGISTRAR | _AUDITOR),
    "POST api_erasure.Erasures": Line(_REGISTRAR, body={**_WHY, "filing": "{registered}"}),
    "POST api_erasure.ErasureApproval": Line(_REGISTRAR, _ASKED),
    "POST api_erasure.ErasureRefusal": Line(_REGISTRAR, _ASKED, {"because": "no_ground", "words": "None applies."}),
    "POST api_erasure.Holds": Line(_REGISTRAR, body=_KEEP),
    "GET api_erasure.OneHold": Line(_REGISTRAR | _AUDITOR, _HELD),
    "POST api_erasure.HoldLifting": Line(_REGISTRAR, _HELD, {"reason": "Settled."}),
    "POST api_erasure.HoldEnd": Line(_REGISTRAR, _HELD),
}

MARKET = {
    "GET api_search.Search": Line(SIGNED_IN, query={"q": "battery"}),
    "GET api_rights.Vocabulary": Line(EVERYBODY),
    "GET api_rights.Grants": Line(SIGNED_IN, {"asset_id": "asset in force"}),
    "POST api_rights.Availability": Line(SIGNED_IN, {"asset_id": "asset in force"}, _EXTENT),
    "GET api_listings.Listings": Line(MEMBERS),
    "POST api_listings.Listings": Line(_DEALER, body={**offer(), "asset": "{asset in force}"}),
    "GET api_listings.OneListing": Line(SIGNED_IN, _LISTING),
    "PUT api_listings.OneListing": Line(_DEALER, _DRAFTED, offer()),
    "DELETE api_listings.OneListing": Line(_DEALER, _DRAFTED),
    "POST api_listings.Publication": Line(_DEALER, _DRAFTED),
    "POST api_listings.Closure": Line(_DEALER, _LISTING, {"reason": "withdrawn"}),
    "GET api_needs.Needs": Line(MEMBERS),
    "POST api_needs.Needs": Line(_DEALER | OTHERS, body=wish()),
    "GET api_needs.OneNeed": Line(OWN, _NEED),
    "PUT api_needs.OneNeed": Line(_DEALER, _NEED, wish()),
    "POST api_needs.NeedMoves": Line(_DEALER, _NEED, {"action": "pause"}),
    "GET api_needs.NeedMatches": Line(OWN, _NEED),
    "POST api_needs.MatchDeclines": Line(
        _DEALER, {**_NEED, "listing_id": "listing of the partner"}, {"reason": "price"}
    ),
}

LICENSING = {
    "GET api_negotiations.Negotiations": Line(MEMBERS),
    "POST api_negotiations.Negotiations": Line(
        _DEALER | OTHERS, body={"listing": "{listing of the partner}", "message": "May we use it?"}
    ),
    "GET api_negotiations.OneNegotiation": Line(_PARTIES, _TALK),
    "POST api_negotiations.Messages": Line(_NEGOTIATORS, _TALK, {"message": "A question."}),
    "POST api_negotiations.Offers": Line(_NEGOTIATORS, _TALK, _terms),
    "POST api_negotiations.Acceptance": Line(_NEGOTIATORS, _TALK, {"offer": 1}),
    "POST api_negotiations.Refusal": Line(_NEGOTIATORS, _TALK, {"reason": "price"}),
    "POST api_negotiations.Withdrawal": Line(_NEGOTIATORS, _TALK),
    "GET api_agreements.Agreements": Line(MEMBERS),
    "GET api_agreements.OneAgreement": Line(_PARTIES, _AGREED),
    "GET api_agreements.AgreementDocument": Line(_PARTIES, _AGREED),
    "POST api_agreements.AgreementSignature": Line(
        own("signatory") | {"partner"}, _AGREED, {"password": PASSWORD, "sha256": "{digest of the agreement}"}
    ),
}

SIGNING = {
    "GET api_signing_keys.SigningKeys": Line(MEMBERS),
    "POST api_signing_keys.Enrolments": Line(_SIGNERS | OTHERS, body={"name": "Key", "public_key": PUBLIC_KEY}),
    "POST api_signing_keys.SigningKeys": Line(
        own("signatory"), body={"enrolment": "{enrolment}", "signature": "{signature of the enrolment}"}
    ),
    "POST api_signing_keys.Revocation": Line(
        own("administrator", "signatory"), {"key_id": "signing key"}, {"reason": "replaced"}
    ),
    "GET api_signatures.Signatures": Line(OWN, {"filing_id": "submitted"}),
    "GET api_signatures.Message": Line(OWN, {"filing_id": "submitted"}),
    "POST api_signatures.Signatures": Line(
        _SIGNERS, {"filing_id": "submitted"}, {"key": "{signing key}", "signature": "{signature of the filing}"}
    ),
}

API = {**PEOPLE, **REGISTER, **EVIDENCE, **ERASURE, **MARKET, **LICENSING, **SIGNING}
