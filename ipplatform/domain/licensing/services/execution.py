"""From the second signature to a right in the ledger and a record in the log."""

from __future__ import annotations

from typing import Any

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.filings import services as filings
from ipplatform.domain.licensing.models import Agreement, Negotiation, Signature
from ipplatform.domain.licensing.rules import lifecycle
from ipplatform.domain.licensing.services import checking, standing
from ipplatform.domain.rights import services as rights
from ipplatform.domain.rights.models import Grant
from ipplatform.foundation import events
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db

FILING = "licence"


def execute(found: Negotiation, agreement: Agreement) -> None:
    """Enter the grant and record the licence; Conflict or Invalid when title, life or freedom of the right is gone.

    Publishes ``licence.executed`` (agreement_id, asset_id, listing_id).
    """
    rights.lock(found.asset_id)
    db.session.refresh(found.asset)
    checking.require_title(found.asset, found.licensor_organisation_id)
    grant = rights.grant(
        asset=found.asset,
        licensor_organisation_id=found.licensor_organisation_id,
        licensee_organisation_id=found.licensee_organisation_id,
        terms=checking.as_grant(found.asset_id, agreement.offer.terms),
        agreement_ref=agreement.public_id,
    )
    filing = filings.record_act(
        actor=_licensor(found, agreement),
        organisation_id=found.licensor_organisation_id,
        kind=FILING,
        asset=found.asset,
        fields=manifest_fields(agreement, [grant]),
        documents=[agreement.document],
        idempotency_key=f"agreement/{agreement.public_id}",
    )
    grant.record_id = filing.record_id
    agreement.state, agreement.filing, agreement.executed_at = lifecycle.EXECUTED, filing, now()
    standing.move(found, "execute", actor=None, offer=agreement.offer)
    events.publish("licence.executed", agreement_id=agreement.id, asset_id=found.asset_id, listing_id=found.listing_id)


def manifest_fields(agreement: Agreement, grants: list[Grant]) -> dict[str, Any]:
    """What the licence filing says: parties, terms, the document's digest, grants, and both signatures in full."""
    return {
        "title": agreement.asset.title,
        "agreement": agreement.public_id,
        "sha256": agreement.sha256,
        "licensor": _party(agreement.licensor),
        "licensee": _party(agreement.licensee),
        "terms": agreement.offer.terms,
        "grants": [grant.public_id for grant in grants],
        "signatures": [signature_evidence(signature) for signature in agreement.signatures],
    }


def signature_evidence(signature: Signature) -> dict[str, Any]:
    return {
        "organisation": signature.organisation.public_id,
        "person": signature.person.public_id,
        "person_name": signature.person.name,
        "method": signature.method,
        "sha256": signature.sha256,
        "signed_at": signature.signed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "statement": signature.statement,
    }


def _party(organisation: Organisation) -> dict[str, str]:
    return {
        "organisation": organisation.public_id,
        "name": organisation.name,
        "country": organisation.country,
        "scheme": organisation.identifier_scheme,
        "identifier": organisation.identifier,
    }


def _licensor(found: Negotiation, agreement: Agreement) -> Actor:
    """The filing is made in the licensor's name, on its signatory's signed wish, whoever signs last."""
    own = next(one for one in agreement.signatures if one.organisation_id == found.licensor_organisation_id)
    return Actor(person_id=own.person_id, organisation_id=own.organisation_id)
