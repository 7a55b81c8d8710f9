"""The demo's negotiations, step by step through the real services."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ipplatform.demo import market, people, reading
from ipplatform.demo.people import PASSWORD
from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.licensing import queries, services
from ipplatform.domain.licensing.models import Negotiation
from ipplatform.domain.licensing.rules import lifecycle
from ipplatform.domain.licensing.schemas import OfferSchema
from ipplatform.domain.rights import acts
from ipplatform.foundation import clock
from ipplatform.foundation.db import db

Deal = dict[str, Any]


def deals() -> list[Deal]:
    found: list[Deal] = reading.dealings()["deals"]
    return found


def begin(deal: Deal) -> Negotiation:
    """The negotiation of ``deal``: asked for now, or the agreed one it continues."""
    licensee = people.actor_of(deal["licensee"])
    if "continues" in deal:
        return _agreed(deal, licensee)
    listing = market.listing_of(deal["asset"])
    return services.inquire(actor=licensee, listing_id=listing.id, message=deal["message"])


def play(deal: Deal) -> None:
    """All steps of a deal, as many days ago as it says."""
    with clock.shifted(timedelta(days=-deal.get("days_ago", 0))):
        found = begin(deal)
        sides = {
            "licensor": people.actor_of(deal["asset"].split("/")[0]),
            "licensee": people.actor_of(deal["licensee"]),
        }
        terms: dict[str, Any] = {"acts": list(acts.acts_of(found.asset.kind))}
        for step in deal["steps"]:
            terms |= step.get("terms", {})
            _STEPS[step["do"]](sides[step["by"]], found, step, terms)
            db.session.refresh(found)


def _agreed(deal: Deal, licensee: Actor) -> Negotiation:
    assert licensee.organisation_id is not None
    licensor = people.actor_of(deal["asset"].split("/")[0]).organisation_id
    running = queries.negotiations_of(licensee.organisation_id).items
    return next(one for one in running if one.licensor_organisation_id == licensor and one.state == lifecycle.AGREED)


def _say(actor: Actor, found: Negotiation, step: Deal, _terms: Deal) -> None:
    services.say(actor=actor, negotiation_id=found.id, message=step["message"])


def _offer(actor: Actor, found: Negotiation, step: Deal, terms: Deal) -> None:
    loaded = OfferSchema().load({**_dated(terms), "valid_until": _day(step["valid_days"]), "message": step["message"]})
    services.counter_or_offer(actor=actor, negotiation_id=found.id, **loaded)


def _accept(actor: Actor, found: Negotiation, _step: Deal, _terms: Deal) -> None:
    offer = queries.current_offer(found)
    assert offer is not None
    services.accept(actor=actor, negotiation_id=found.id, seen=offer.number)


def _sign(actor: Actor, found: Negotiation, _step: Deal, _terms: Deal) -> None:
    agreement = queries.agreement_of(found.id)
    assert agreement is not None
    services.sign(actor=actor, agreement_id=agreement.id, sha256=agreement.sha256, password=PASSWORD)


def _decline(actor: Actor, found: Negotiation, step: Deal, _terms: Deal) -> None:
    services.decline(actor=actor, negotiation_id=found.id, reason=step["reason"], message=step["message"])


def _withdraw(actor: Actor, found: Negotiation, step: Deal, _terms: Deal) -> None:
    services.withdraw(actor=actor, negotiation_id=found.id, message=step["message"])


_STEPS = {
    "say": _say,
    "offer": _offer,
    "accept": _accept,
    "sign": _sign,
    "decline": _decline,
    "withdraw": _withdraw,
}


def _dated(terms: Deal) -> Deal:
    """Days from now as dates, years as the last day of the licence."""
    start = clock.today() + timedelta(days=terms["start_days"])
    end = start.replace(year=start.year + terms["years"], day=min(start.day, 28)) - timedelta(days=1)
    return {**terms, "start": start.isoformat(), "end": end.isoformat()}


def _day(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()
