"""What comes next in a negotiation, said plainly to one of its sides."""

from __future__ import annotations

from ipplatform.domain.licensing.models import Agreement, Negotiation, Offer
from ipplatform.domain.licensing.rules import lifecycle
from ipplatform.domain.rights.words import day
from ipplatform.foundation.i18n import _


def next_action(
    found: Negotiation, *, state: str, organisation_id: int, offer: Offer | None, agreement: Agreement | None
) -> str:
    """One or two sentences for the people of ``organisation_id``; ``state`` as ``queries.state_of`` gives it."""
    own_side = organisation_id == found.licensor_organisation_id
    other = (found.licensee if own_side else found.licensor).name
    if state == lifecycle.AGREED and agreement is not None:
        return _signing(agreement, organisation_id, other)
    own_move = found.mover_organisation_id == organisation_id
    return str(_turn(state, own_move, other, offer))


def _turn(state: str, own_move: bool, other: str, offer: Offer | None) -> str:
    until = day(offer.valid_until) if offer else ""
    if state == lifecycle.INQUIRY:
        if own_move:
            return _("%(other)s has your inquiry. Wait for their offer, or make one yourself.", other=other)
        return _("%(other)s asks for a licence. Make an offer, write back, or decline.", other=other)
    if state == lifecycle.OFFERED:
        if own_move:
            return _("%(other)s can answer your offer until %(day)s.", other=other, day=until)
        return _("Accept the offer, make a counter-offer, or decline, until %(day)s.", day=until)
    closed = {
        lifecycle.EXPIRED: _("The offer expired after %(day)s. Either side can make a new one.", day=until),
        lifecycle.REOPENED: _("The rights agreed on were no longer free. Either side can offer what remains."),
        lifecycle.EXECUTED: _("The licence is in force and recorded. Nothing more is to be done here."),
        lifecycle.DECLINED: _("This negotiation has ended without a licence."),
        lifecycle.WITHDRAWN: _("This negotiation was withdrawn."),
    }
    return closed.get(state, "")


def _signing(agreement: Agreement, organisation_id: int, other: str) -> str:
    signed = {signature.organisation_id for signature in agreement.signatures}
    if organisation_id not in signed:
        return str(_("You have agreed. Read the agreement; then a signatory of your organisation signs it."))
    return str(_("Your side has signed. %(other)s has to sign now.", other=other))
