from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from ipplatform.domain.assets import documents
from ipplatform.domain.assets import services as assets
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.filings.models import Filing
from ipplatform.domain.licensing import queries, services
from ipplatform.domain.licensing.models import Agreement, Negotiation, Signature
from ipplatform.domain.rights import queries as rights
from ipplatform.domain.rights.models import Grant
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import Conflict, Forbidden, NotFound, TooMany
from tests.databases import both_databases
from tests.factories.accounts import PASSWORD
from tests.factories.licensing import make_agreement, make_deal, make_licence, make_side
from tests.factories.rights import make_grant, make_right, terms
from tests.statements import statements


def counts() -> dict[str, int]:
    tables = {"grants": Grant, "records": Record, "filings": Filing, "signatures": Signature}
    return {name: db.session.scalar(select(func.count()).select_from(table)) or 0 for name, table in tables.items()}


@both_databases
def test_the_second_signature_enters_the_grant_and_records_the_licence(app: Flask) -> None:
    deal, agreement = make_agreement()
    assert not deal.sign(agreement, deal.licensee).executed
    assert counts() == {"grants": 0, "records": 0, "filings": 0, "signatures": 1}
    assert deal.sign(agreement, deal.licensor).executed
    assert counts() == {"grants": 1, "records": 1, "filings": 1, "signatures": 2}
    db.session.expire_all()
    (grant,) = rights.grants_of(deal.listing.asset_id)
    assert grant.exclusivity == "exclusive"
    assert grant.licensee_organisation_id == deal.licensee.organisation.id
    assert (agreement.state, deal.negotiation.state) == ("executed", "executed")
    assert grant.record_id == agreement.filing.record_id
    assert agreement.filing.organisation_id == deal.licensor.organisation.id


@both_databases
def test_the_manifest_holds_terms_digest_and_both_signatures(app: Flask) -> None:
    deal, agreement = make_licence()
    record = db.session.scalars(select(Record)).one()
    assert record.manifest is not None
    manifest = json.loads(record.manifest)
    fields = manifest["fields"]
    assert (manifest["kind"], manifest["asset"]) == ("licence", deal.listing.asset.public_id)
    assert fields["terms"] == agreement.offer.terms
    assert fields["sha256"] == agreement.sha256 == manifest["documents"][0]["sha256"]
    signers = {one["organisation"]: one for one in fields["signatures"]}
    assert set(signers) == {deal.licensor.organisation.public_id, deal.licensee.organisation.public_id}
    for signature in signers.values():
        assert signature["sha256"] == agreement.sha256
        assert agreement.sha256 in signature["statement"]
        assert signature["person_name"] in signature["statement"]
    assert manifest["submitter"]["organisation"] == deal.licensor.organisation.public_id
    assert manifest["submitter"]["person"] == deal.licensor.person.public_id


@both_databases
def test_a_right_taken_meanwhile_reopens_the_negotiation_and_leaves_nothing_half_done(app: Flask) -> None:
    deal, agreement = make_agreement()
    deal.sign(agreement, deal.licensor)
    taken = make_grant(deal.listing.asset, terms("exclusive", acts={"sell"}, start=deal.negotiation.created_at.date()))
    before = counts()
    outcome = deal.sign(agreement, deal.licensee)
    assert outcome.refusal is not None
    assert f"exclusive grant {taken.number} already covers sell in Germany" in str(outcome.refusal)
    assert counts() == before
    db.session.expire_all()
    assert (agreement.state, deal.negotiation.state) == ("void", "reopened")
    assert deal.negotiation.blocked is not None
    assert deal.negotiation.blocked["conflicts"][0]["grant"] == taken.number
    deal.offer(deal.licensee, acts=["make"])
    made = deal.accept(deal.licensor, number=2)
    deal.sign(made, deal.licensor)
    assert deal.sign(made, deal.licensee).executed


def test_a_right_that_lapsed_meanwhile_is_not_granted(app: Flask) -> None:
    deal, agreement = make_agreement()
    deal.sign(agreement, deal.licensor)
    with transaction():
        assets.set_status(deal.listing.asset, "lapsed", "test")
    outcome = deal.sign(agreement, deal.licensee)
    assert outcome.refusal is not None
    assert outcome.refusal.code == "not_alive"
    assert counts()["grants"] == 0


@both_databases
def test_signing_again_changes_nothing(app: Flask) -> None:
    deal, agreement = make_agreement()
    deal.sign(agreement, deal.licensee)
    assert not deal.sign(agreement, deal.licensee).executed
    deal.sign(agreement, deal.licensor)
    before = counts()
    assert deal.sign(agreement, deal.licensor).executed
    assert deal.sign(agreement, deal.licensee, "wrong").executed
    assert counts() == before


def test_a_wrong_password_signs_nothing_and_is_counted(app: Flask) -> None:
    deal, agreement = make_agreement()
    for _ in range(app.config["SETTINGS"].login_max_failures):
        assert deal.sign(agreement, deal.licensee, "wrong").wrong_password
    with pytest.raises(TooMany):
        deal.sign(agreement, deal.licensee)
    assert counts()["signatures"] == 0


def test_only_a_signatory_of_a_party_signs(app: Flask) -> None:
    deal, agreement = make_agreement()
    dealer, stranger = make_side("dealer"), make_side("signatory")
    with pytest.raises(NotFound):
        deal.sign(agreement, dealer)
    with pytest.raises(NotFound):
        deal.sign(agreement, stranger)
    administrator = make_side("administrator")
    other = make_deal(licensor=administrator)
    _, made = make_agreement(other)
    with pytest.raises(Forbidden):
        other.sign(made, administrator)


def test_what_is_signed_names_the_company_number_in_words(app: Flask) -> None:
    deal, agreement = make_agreement()
    with transaction():
        deal.licensee.organisation.identifier_scheme = "registry"
        deal.licensee.organisation.identifier = "HRB12345"
    deal.sign(agreement, deal.licensee)
    statement = db.session.scalars(select(Signature)).one().statement
    assert "(Company number HRB12345)" in statement


@pytest.mark.parametrize(("language", "first"), [("zh", ("本人",)), ("en", ("I, ",)), ("both", ("I, ", "本人"))])
def test_what_is_signed_is_said_in_the_languages_of_the_agreement(
    app: Flask, language: str, first: tuple[str, ...]
) -> None:
    deal, agreement = make_agreement()
    with transaction():
        agreement.offer.terms = {**agreement.offer.terms, "language": language}
    deal.sign(agreement, deal.licensee)
    lines = db.session.scalars(select(Signature)).one().statement.splitlines()
    assert len(lines) == len(first)
    for line, begins in zip(lines, first, strict=True):
        assert line.startswith(begins)
        assert agreement.sha256 in line


def test_another_document_than_the_one_shown_is_not_signed(app: Flask) -> None:
    deal, agreement = make_agreement()
    with pytest.raises(Conflict) as refused, transaction():
        services.sign(actor=deal.licensee.actor, agreement_id=agreement.id, sha256="0" * 64, password=PASSWORD)
    assert refused.value.code == "document_changed"


def test_a_void_agreement_is_not_signed(app: Flask) -> None:
    deal, agreement = make_agreement()
    with transaction():
        services.decline(actor=deal.licensor.actor, negotiation_id=deal.negotiation.id, reason="terms")
    assert agreement.state == "void"
    with pytest.raises(Conflict) as refused:
        deal.sign(agreement, deal.licensee)
    assert refused.value.code == "void"


def test_the_document_signed_is_a_pdf_whose_digest_is_shown(app: Flask) -> None:
    _deal, agreement = make_agreement(language="both", notes="Rock & roll #1 $x$ 电池")
    content = b"".join(documents.open_document(agreement.document))
    assert content.startswith(b"%PDF-")
    assert b"pdfaid:part>3" in content
    assert hashlib.sha256(content).hexdigest() == agreement.sha256


def test_characters_no_font_has_do_not_stop_an_agreement(app: Flask) -> None:
    _deal, agreement = make_agreement(notes="\U0001f600 \u0645\u0631\u062d\u0628\u0627")
    assert b"".join(documents.open_document(agreement.document)).startswith(b"%PDF-")


@both_databases
def test_of_8_agreements_on_one_exclusive_right_signed_at_once_one_is_executed(app: Flask) -> None:
    owner = make_side()
    asset = make_right(owner.organisation)
    deals = [make_agreement(make_deal(asset, licensor=owner)) for _ in range(8)]
    for deal, agreement in deals:
        deal.sign(agreement, deal.licensee)
    identities = [(agreement.id, agreement.sha256) for _, agreement in deals]
    actor, start = owner.actor, Barrier(len(deals))

    def sign(identity: tuple[int, str]) -> str:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    outcome = services.sign(
                        actor=actor, agreement_id=identity[0], sha256=identity[1], password=PASSWORD
                    )
                    return "executed" if outcome.executed else outcome.refusal.code if outcome.refusal else "?"
            finally:
                db.session.remove()

    db.session.remove()
    with ThreadPoolExecutor(len(deals)) as pool:
        outcomes = sorted(pool.map(sign, identities))
    assert outcomes == ["executed"] + ["grant_conflict"] * 7
    assert counts() == {"grants": 1, "records": 1, "filings": 1, "signatures": 9}
    states = sorted(db.session.scalars(select(Negotiation.state)))
    assert states == ["executed"] + ["reopened"] * 7
    assert sorted(db.session.scalars(select(Agreement.state))) == ["executed"] + ["void"] * 7


def test_an_agreement_page_costs_the_same_whatever_it_holds(app: Flask) -> None:
    _deal, agreement = make_licence()
    public_id = agreement.public_id
    db.session.expunge_all()
    with statements() as sent:
        found = queries.agreement(public_id)
        assert found is not None
        assert [one.person.name for one in found.signatures]
        assert found.filing is not None
        assert all([found.asset.title, found.licensor.name])
    assert len(sent) == 2
