"""Who gets in where: one line for every route and method. A route without a line fails the matrix test.

A line names the people who get in; everybody else must be refused. ``given`` names the thing in the world that a part
of the address stands for; ``body`` is what is sent, complete enough that nothing but permission can refuse it.
Getting in means that the request reached its service: a page, a redirect onwards, or a conflict.
"""

from __future__ import annotations

from tests.architecture.access_api import API
from tests.architecture.access_people import (
    DRAWING,
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
from tests.factories.licensing import form as terms
from tests.factories.marketplace import offer, wish

_SIGNERS = own("filer", "signatory")
_ENROLMENT = {"challenge": "enrolment"}

ACCOUNT = {
    "POST account.language": Line(EVERYBODY, body={"lang": "zh"}),
    "GET account.sign_in": Line(EVERYBODY),
    "POST account.sign_in_now": Line(EVERYBODY, body={"email": "nobody@example.com", "password": PASSWORD}),
    "POST account.sign_out": Line(SIGNED_IN),
    "GET account.sign_up": Line(EVERYBODY),
    "POST account.sign_up_now": Line(EVERYBODY),
    "POST account.switch": Line(OWN, body={"organisation": "{organisation}"}),
    "POST organisation.accept": Line(frozenset({"anonymous"}), {"token": "invitation token"}),
    "GET organisation.invitation": Line(EVERYBODY, {"token": "invitation token"}),
    "POST organisation.change_roles": Line(own("administrator"), {"public_id": "viewer"}, {"roles": "filer"}),
    "GET organisation.new": Line(SIGNED_IN),
    "POST organisation.create": Line(SIGNED_IN),
    "POST organisation.invite": Line(
        own("administrator") | OTHERS, body={"email": "invited@example.com", "roles": "viewer"}
    ),
    "POST organisation.revoke_invitation": Line(own("administrator"), {"public_id": "invitation"}),
    "GET organisation.show": Line(MEMBERS),
    "GET passwords.forgotten": Line(EVERYBODY),
    "POST passwords.send_link": Line(EVERYBODY, body={"email": "nobody@example.com"}),
    "GET passwords.reset": Line(EVERYBODY, {"token": "reset token"}),
    "POST passwords.reset_now": Line(EVERYBODY, {"token": "reset token"}, {"password": PASSWORD}),
    "POST profile.change_password": Line(SIGNED_IN),
    "POST profile.end_session": Line(own("viewer"), {"session_id": "session of the viewer"}),
    "POST profile.save": Line(SIGNED_IN, body={"name": "A name", "locale": "zh"}),
    "GET profile.show": Line(SIGNED_IN),
    "GET tokens.index": Line(SIGNED_IN),
    "POST tokens.create": Line(SIGNED_IN, body={"name": "A program", "scopes": "account:read"}),
    "GET signing_keys.index": Line(MEMBERS),
    "POST signing_keys.begin_passkey": Line(_SIGNERS | OTHERS, body={"name": "Laptop"}),
    "POST signing_keys.begin_upload": Line(_SIGNERS | OTHERS, body={"name": "Key", "public_key": PUBLIC_KEY}),
    "GET signing_keys.show": Line(own("signatory"), _ENROLMENT),
    "GET signing_keys.text": Line(own("signatory"), _ENROLMENT),
    "POST signing_keys.finish": Line(own("signatory"), _ENROLMENT, {"signature": "{signature of the enrolment}"}),
    "POST signing_keys.revoke": Line(own("administrator", "signatory"), {"key": "signing key"}, {"reason": "replaced"}),
    "POST tokens.revoke": Line(own("viewer"), {"public_id": "token of the viewer"}),
}

OPERATION = {
    "GET health.healthz": Line(EVERYBODY),
    "GET health.readyz": Line(EVERYBODY),
    "GET health.metrics": Line(EVERYBODY),
    "GET admin_people.desk": Line(frozenset({"office administrator"})),
    "GET admin_people.index": Line(frozenset({"office administrator"})),
    "GET admin_people.show": Line(frozenset({"office administrator"}), {"public_id": "viewer"}),
    "POST admin_people.change": Line(
        frozenset({"office administrator"}), body={"person": "{viewer}", "roles": "auditor"}
    ),
}

PAGES = {
    "GET home.index": Line(EVERYBODY),
    "GET home.about": Line(EVERYBODY),
    "GET home.privacy": Line(EVERYBODY),
    "GET styleguide.index": Line(frozenset()),  # only while developing
}

PORTFOLIO = {
    "GET holder_home.show": Line(SIGNED_IN),
    "GET assets.index": Line(MEMBERS),
    "GET assets.choose": Line(MEMBERS),
    "POST assets.upload": Line(own("administrator", "filer") | OTHERS, body={"file": GRANTS}),
    "GET assets.show_import": Line(OWN, {"public_id": "import"}),
    "GET assets.report_json": Line(OWN, {"public_id": "import"}),
    "GET assets.report_text": Line(OWN, {"public_id": "import"}),
    "GET assets.document": Line(OWN, {"reference": "document of the draft"}),
    "GET register.show": Line(EVERYBODY, {"reference": "asset"}),
    "GET register.download": Line(frozenset(), {"reference": "asset", "document": "document of the draft"}),
    "GET api_reference.show": Line(EVERYBODY),
}

_FILER = own("administrator", "filer")
_REGISTRAR = frozenset({"registrar"})
_EXAMINERS = frozenset({"registrar", "auditor"})
_DRAFT = {"filing": "draft"}
_TASK = {"filing": "draft", "task": "title"}

FILINGS = {
    "GET filings.index": Line(MEMBERS),
    "GET filings.new": Line(MEMBERS),
    "POST filings.create": Line(_FILER | OTHERS, body={"kind": "patent"}),
    "GET filings.show": Line(OWN, _DRAFT),
    "GET filings.check": Line(OWN, _DRAFT),
    "POST filings.submit": Line(_FILER, _DRAFT),
    "POST filings.discard": Line(_FILER, _DRAFT),
    "POST filings.answer": Line(_FILER, {"filing": "deficient"}),
    "POST filings.withdraw": Line(_FILER, {"filing": "submitted"}),
    "POST filings.time_stamp": Line(OWN, {"filing": "submitted"}),
    "GET filing_tasks.show": Line(OWN, _TASK),
    "POST filing_tasks.save": Line(_FILER, _TASK, {"title": "Another title"}),
    "POST filing_tasks.autosave": Line(_FILER, _TASK, {"title": "Another title"}),
    "GET filing_documents.index": Line(OWN, _DRAFT),
    "POST filing_documents.add": Line(_FILER, _DRAFT, {"role": "drawings", "file": DRAWING}),
    "POST filing_documents.add_raw": Line(_FILER, _DRAFT, {"role": "drawings", "file": DRAWING}),
    "GET filing_documents.download": Line(OWN, {**_DRAFT, "document": "document of the draft"}),
    "POST filing_documents.remove": Line(_FILER, {**_DRAFT, "document": "document of the draft"}),
    "GET filing_signatures.show": Line(_SIGNERS, {"filing": "submitted"}),
    "GET filing_signatures.message": Line(_SIGNERS, {"filing": "submitted"}),
    "POST filing_signatures.sign": Line(
        _SIGNERS, {"filing": "submitted"}, {"key": "{signing key}", "signature": "{signature of the filing}"}
    ),
    "GET queue.index": Line(_REGISTRAR),
    "GET office_filings.show": Line(_EXAMINERS, {"filing": "taken"}),
    "POST office_filings.take": Line(_REGISTRAR, {"filing": "submitted"}),
    "POST office_filings.release": Line(_REGISTRAR, {"filing": "taken"}),
    "POST office_filings.decide": Line(_REGISTRAR, {"filing": "taken"}, {"outcome": "register"}),
    "GET office_filings.download": Line(_EXAMINERS, {"filing": "with a drawing", "document": "drawing"}),
}

_RECORD = {"number": "registered"}
_ENDED = {"number": "ended log"}
_AUDITOR = frozenset({"auditor"})

EVIDENCE = {
    "GET records.show": Line(EVERYBODY, _RECORD),
    "GET records.certificate": Line(OWN | _AUDITOR, {"number": "submitted"}),
    "GET records.evidence": Line(EVERYBODY, _RECORD),
    "GET log.index": Line(EVERYBODY),
    "GET log.checkpoint": Line(EVERYBODY),
    "GET log.policy": Line(EVERYBODY),
    "GET log.tile": Line(EVERYBODY, {"rest": "newest tile"}),
    "GET log_entries.index": Line(EVERYBODY),
    "GET log_entries.show": Line(EVERYBODY, {"number": "0"}),
    "GET log_keys.index": Line(EVERYBODY),
    "GET log_keys.vkeys": Line(EVERYBODY),
    "GET log_keys.ended": Line(EVERYBODY, _ENDED),
    "GET log_keys.checkpoint": Line(EVERYBODY, _ENDED),
    "GET log_keys.policy": Line(EVERYBODY, _ENDED),
    "GET log_keys.tile": Line(EVERYBODY, _ENDED | {"rest": "newest tile"}),
    "GET verify.index": Line(EVERYBODY),
    "GET witness.index": Line(EVERYBODY),
    "GET witness.vkeys": Line(EVERYBODY),
    "GET witness.proof": Line(frozenset(), {"public_id": "equivocation"}),
    "POST witness.add_checkpoint": Line(EVERYBODY),
    "GET verify.of_record": Line(EVERYBODY, _RECORD),
    "GET audit.index": Line(_AUDITOR | {"office administrator"}),
    "GET audit.records": Line(_AUDITOR),
    "GET audit_access.index": Line(_AUDITOR),
    "GET audit_access.export": Line(_AUDITOR),
    "GET audit.record": Line(_AUDITOR, _RECORD),
    "GET audit.evidence": Line(_EXAMINERS, _RECORD),
    "POST audit_runs.begin": Line(_AUDITOR, body={"scope": "full"}),
    "GET audit_runs.show": Line(_AUDITOR, {"number": "audit"}),
    "POST audit_runs.cancel": Line(_AUDITOR, {"number": "audit"}),
    "GET audit_runs.report": Line(_AUDITOR, {"number": "ended audit"}),
}

_ASKED, _HELD = {"number": "erasure request"}, {"number": "hold"}
_WHY = {"ground": "objection", "words": "A person asks for it."}
_BECAUSE = {"because": "no_ground", "words": "None of them applies."}
_KEEP = {"subject": "{registered}", "reason": "Proceedings.", "authority": "A court", "reference": "12 O 7/26"}

ERASURE = {
    "GET erasures.show": Line(OWN, {"filing": "registered"}),
    "POST erasures.ask": Line(own("administrator"), {"filing": "registered"}, _WHY),
    "POST erasures.withdraw": Line(own("administrator"), {"filing": "asked to be erased"}),
    "GET office_erasures.index": Line(_EXAMINERS),
    "GET office_erasures.new": Line(_REGISTRAR),
    "POST office_erasures.enter": Line(_REGISTRAR, body={**_WHY, "filing": "{registered}"}),
    "GET office_erasures.show": Line(_EXAMINERS, _ASKED),
    "POST office_erasures.approve": Line(_REGISTRAR, _ASKED),
    "POST office_erasures.refuse": Line(_REGISTRAR, _ASKED, _BECAUSE),
    "POST office_erasures.withdraw": Line(_REGISTRAR, {"number": "entered erasure request"}),
    "GET holds.index": Line(_EXAMINERS),
    "POST holds.place": Line(_REGISTRAR, body=_KEEP),
    "GET holds.show": Line(_EXAMINERS, _HELD),
    "POST holds.ask": Line(_REGISTRAR, _HELD, {"reason": "Settled."}),
    "POST holds.lift": Line(_REGISTRAR, _HELD),
}

_DEALER = own("administrator", "dealer")
_LISTING, _DRAFTED = {"reference": "listing"}, {"reference": "drafted listing"}
_NEED = {"reference": "need"}
_MATCH = {**_NEED, "listing": "listing of the partner"}
_TALK, _AGREED = {"reference": "negotiation"}, {"reference": "agreement"}
_PARTIES = OWN | {"partner"}
_NEGOTIATORS = _DEALER | {"partner"}

MARKET = {
    "GET search.index": Line(EVERYBODY, query={"q": "battery"}),
    "GET search.suggest": Line(EVERYBODY, query={"q": "bat"}),
    "GET feed.rss": Line(EVERYBODY),
    "GET feed.atom": Line(EVERYBODY),
    "GET public_listings.show": Line(EVERYBODY, _LISTING),
    "GET listings.index": Line(MEMBERS),
    "GET listings.new": Line(MEMBERS),
    "POST listings.create": Line(_DEALER, query={"asset": "asset in force"}, body=offer()),
    "GET listings.show": Line(OWN, _DRAFTED),
    "GET listings.edit": Line(OWN, _DRAFTED),
    "POST listings.save": Line(_DEALER, _DRAFTED, offer()),
    "POST listings.publish": Line(_DEALER, _DRAFTED),
    "POST listings.discard": Line(_DEALER, _DRAFTED),
    "POST listings.close": Line(_DEALER, _LISTING, {"reason": "withdrawn"}),
    "GET needs.index": Line(MEMBERS),
    "GET needs.new": Line(_DEALER | OTHERS),
    "POST needs.create": Line(_DEALER | OTHERS, body=wish()),
    "GET needs.show": Line(OWN, _NEED),
    "GET needs.edit": Line(OWN, _NEED),
    "POST needs.save": Line(_DEALER, _NEED, wish()),
    "POST needs.move": Line(_DEALER, _NEED, {"action": "pause"}),
    "GET matches.index": Line(OWN, _NEED),
    "GET matches.interest": Line(MEMBERS),
    "POST matches.decline": Line(_DEALER, _MATCH, {"reason": "price"}),
    "POST matches.restore": Line(_DEALER, _MATCH),
}

LICENSING = {
    "GET negotiations.index": Line(MEMBERS),
    "GET negotiations.new": Line(MEMBERS, query={"listing": "listing of the partner"}),
    "POST negotiations.create": Line(
        _DEALER | OTHERS, body={"listing": "{listing of the partner}", "message": "May we use it?"}
    ),
    "GET negotiations.show": Line(_PARTIES, _TALK),
    "GET negotiations.draft_offer": Line(_PARTIES, _TALK),
    "POST negotiations.offer": Line(_NEGOTIATORS, _TALK, lambda: {**terms(), "seen": "1"}),
    "POST negotiations.accept": Line(_NEGOTIATORS, _TALK, {"seen": "1"}),
    "POST negotiations.decline": Line(_NEGOTIATORS, _TALK, {"reason": "price"}),
    "POST negotiations.withdraw": Line(_NEGOTIATORS, _TALK),
    "POST negotiations.say": Line(_NEGOTIATORS, _TALK, {"message": "A question."}),
    "GET agreements.index": Line(MEMBERS),
    "GET agreements.show": Line(_PARTIES, _AGREED),
    "GET agreements.document": Line(_PARTIES, _AGREED),
    "GET agreements.proof": Line(_PARTIES, {"reference": "executed agreement"}),
    "POST agreements.sign": Line(
        own("signatory") | {"partner"}, _AGREED, {"password": PASSWORD, "sha256": "{digest of the agreement}"}
    ),
}

TABLE: dict[str, Line] = {
    **ACCOUNT,
    **OPERATION,
    **PAGES,
    **PORTFOLIO,
    **FILINGS,
    **EVIDENCE,
    **ERASURE,
    **MARKET,
    **LICENSING,
    **API,
}
