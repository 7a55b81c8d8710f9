"""Agreements: made from an accepted offer, void when nothing comes of them."""

from __future__ import annotations

from ipplatform.domain.assets import documents
from ipplatform.domain.licensing import document, queries
from ipplatform.domain.licensing.models import Agreement, Negotiation, Offer, agreement_number
from ipplatform.domain.licensing.rules import lifecycle
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db
from ipplatform.foundation.ids import new_public_id

PDF = "application/pdf"


def make(found: Negotiation, offer: Offer) -> Agreement:
    """Write the document, keep it sealed with the licensor's documents, and wait for signatures."""
    public_id, moment = new_public_id(), now()
    number = agreement_number(public_id)
    content = document.render(
        number=number,
        terms=offer.terms,
        asset=found.asset,
        licensor=found.licensor,
        licensee=found.licensee,
        made_at=moment,
    )
    kept = documents.keep(
        organisation_id=found.licensor_organisation_id, name=f"{number}.pdf", media_type=PDF, chunks=[content]
    )
    agreement = Agreement(
        public_id=public_id,
        negotiation_id=found.id,
        offer_id=offer.id,
        asset_id=found.asset_id,
        licensor_organisation_id=found.licensor_organisation_id,
        licensee_organisation_id=found.licensee_organisation_id,
        document_id=kept.id,
        sha256=kept.sha256,
        created_at=moment,
    )
    db.session.add(agreement)
    db.session.flush()
    return agreement


def make_void(found: Negotiation) -> None:
    agreement = queries.agreement_of(found.id)
    if agreement is not None and agreement.state == lifecycle.AWAITING:
        agreement.state = lifecycle.VOID
        db.session.flush()
