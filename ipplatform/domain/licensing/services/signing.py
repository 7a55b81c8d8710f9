"""Signing, and what follows the second signature: grant, filing and log entry in one transaction, or nothing."""

from __future__ import annotations

from dataclasses import dataclass

from ipplatform.domain.accounts import passwords
from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.accounts.models import Organisation, Person
from ipplatform.domain.accounts.rules import IDENTIFIER_WORDS
from ipplatform.domain.audit import services as audit
from ipplatform.domain.licensing import queries
from ipplatform.domain.licensing.document import LANGUAGES
from ipplatform.domain.licensing.models import Agreement, Negotiation, Signature
from ipplatform.domain.licensing.permissions import SIGN
from ipplatform.domain.licensing.rules import lifecycle
from ipplatform.domain.licensing.services import agreements, execution, notices, standing
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db
from ipplatform.foundation.errors import Conflict, DomainError, Invalid, NotFound
from ipplatform.foundation.i18n import _, _l, force_locale

CHANGED = _l("The document is not the one you were shown. Open it again before you sign.")
IS_VOID = _l("This agreement has no effect any more.")


@dataclass(frozen=True, slots=True)
class SigningOutcome:
    """``refusal`` says why execution failed: then the negotiation is reopened. ``wrong_password``: nothing happened.

    Both are outcomes rather than errors because what they leave behind (a counted failure, the reopened negotiation)
    must be committed.
    """

    agreement: Agreement
    executed: bool = False
    refusal: DomainError | None = None
    wrong_password: bool = False


def sign(*, actor: Actor, agreement_id: int, sha256: str, password: str) -> SigningOutcome:
    """Sign for the actor's organisation by entering the password again. Signing twice is harmless.

    ``sha256`` is the digest of the document the person was shown. Raises TooMany after too many failures,
    Conflict (``document_changed``, ``void``) and what ``require`` raises.
    """
    seen = db.session.get(Agreement, agreement_id)
    if seen is None:
        raise NotFound
    require(SIGN, actor, seen)
    found = standing.locked(seen.negotiation_id)
    agreement = queries.agreement(seen.public_id)
    assert agreement is not None
    db.session.refresh(agreement, ["signatures", "state", "sha256"])
    if any(signature.organisation_id == actor.organisation_id for signature in agreement.signatures):
        return SigningOutcome(agreement, executed=agreement.state == lifecycle.EXECUTED)
    if agreement.state == lifecycle.VOID:
        raise Conflict(IS_VOID, code="void")
    standing.may(actor, "sign", found)
    if sha256 != agreement.sha256:
        raise Conflict(CHANGED, code="document_changed")
    assert actor.person_id is not None
    if not passwords.check_password(accounts.person(actor.person_id), password):
        audit.record(
            actor=actor, action="agreement.sign_refused", subject_kind="agreement", subject=agreement.public_id
        )
        return SigningOutcome(agreement, wrong_password=True)
    return _sign(actor, found, agreement)


def _sign(actor: Actor, found: Negotiation, agreement: Agreement) -> SigningOutcome:
    """A refusal undoes the signature and everything after it, then reopens the negotiation for both sides."""
    try:
        with db.session.begin_nested():
            db.session.add(signature_of(actor, agreement))
            standing.move(found, "sign", actor=actor)
            db.session.refresh(agreement, ["signatures"])
            complete = len(agreement.signatures) == 2
            if complete:
                execution.execute(found, agreement)
    except (Conflict, Invalid) as refusal:
        _reopen(found, refusal)
        return SigningOutcome(agreement, refusal=refusal)
    if complete:
        notices.tell_both(found, "execute", "dealer", "signatory")
    else:
        assert actor.organisation_id is not None
        notices.tell(found, found.counterpart_id(actor.organisation_id), "sign", "dealer", "signatory")
    return SigningOutcome(agreement, executed=complete)


def signature_of(actor: Actor, agreement: Agreement) -> Signature:
    assert actor.person_id is not None
    assert actor.organisation_id is not None
    person, organisation = accounts.person(actor.person_id), accounts.organisation(actor.organisation_id)
    return Signature(
        agreement_id=agreement.id,
        organisation_id=organisation.id,
        person_id=person.id,
        sha256=agreement.sha256,
        statement=_statement(person, organisation, agreement),
        signed_at=now().replace(microsecond=0),
    )


def _statement(person: Person, organisation: Organisation, agreement: Agreement) -> str:
    """In the languages of the agreement, whatever language the signer reads pages in: it belongs to the agreement."""
    said = []
    for code in LANGUAGES[agreement.offer.terms["language"]]:
        with force_locale(code):
            said.append(
                _(
                    "I, %(person)s, sign agreement %(number)s for %(organisation)s (%(scheme)s %(identifier)s) and am "
                    "entitled to do so. The SHA-256 digest of what I sign is %(sha256)s. With both signatures the "
                    "licence shall be recorded.",
                    person=person.name,
                    number=agreement.number,
                    organisation=organisation.name,
                    scheme=str(IDENTIFIER_WORDS[organisation.identifier_scheme]),
                    identifier=organisation.identifier,
                    sha256=agreement.sha256,
                )
            )
    return "\n".join(said)


def _reopen(found: Negotiation, refusal: DomainError) -> None:
    agreements.make_void(found)
    found.blocked = {"message": str(refusal), "code": refusal.code, **refusal.detail}
    standing.move(found, "reopen", actor=None, message=str(refusal))
    notices.tell_both(found, "reopen", "dealer", "signatory")
