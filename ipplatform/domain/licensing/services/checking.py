"""Whether terms can be granted: looked at when offered, when accepted, and again when signed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from ipplatform.domain.assets import queries as assets
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.licensing.models import Negotiation
from ipplatform.domain.licensing.rules import terms as rules
from ipplatform.domain.rights import acts
from ipplatform.domain.rights import queries as rights
from ipplatform.domain.rights import words as rights_words
from ipplatform.domain.rights.errors import GrantConflict
from ipplatform.domain.rights.models import Grant
from ipplatform.domain.rights.rules import ORDINARY, GrantTerms
from ipplatform.domain.rights.services import NOT_ALIVE
from ipplatform.foundation.clock import today
from ipplatform.foundation.errors import Conflict, Invalid
from ipplatform.foundation.i18n import _, _l

NOT_HOLDER = _l("The title to this asset has moved: the licensor no longer holds it.")


def require_grantable(found: Negotiation, terms: rules.Terms, *, on: date | None = None) -> GrantTerms:
    """The grant the terms would give.

    Raises Invalid (terms that do not suit the asset), Conflict (``not_alive``, ``not_holder``) and GrantConflict.
    ``on`` is the first day the licence may begin: today for an offer, None where that has been settled.
    """
    asset = found.asset
    require_title(asset, found.licensor_organisation_id)
    wrong = faults(asset, terms, on)
    if wrong:
        raise Invalid(wrong)
    wanted = as_grant(asset.id, terms)
    available = rights.availability(asset.id, wanted)
    if not available.free:
        raise GrantConflict(available)
    return wanted


def require_title(asset: Asset, licensor_organisation_id: int) -> None:
    if not assets.is_alive(asset):
        raise Conflict(NOT_ALIVE, code="not_alive")
    if asset.organisation_id != licensor_organisation_id:
        raise Conflict(NOT_HOLDER, code="not_holder")


def faults(asset: Asset, terms: rules.Terms, on: date | None) -> dict[str, list[Any]]:
    """What in the terms does not suit the asset, by field of the form."""
    found: dict[str, list[Any]] = {}
    if not set(terms["acts"]) <= set(acts.acts_of(asset.kind)):
        found["acts"] = [_("Some of these acts do not exist for this kind of right.")]
    if on is not None and date.fromisoformat(terms["start"]) < on:
        found["start"] = [_("The licence cannot begin in the past.")]
    if terms["end"] and asset.expiry_date is not None and date.fromisoformat(terms["end"]) > asset.expiry_date:
        found["end"] = [_("The right itself ends on %(day)s.", day=rights_words.day(asset.expiry_date))]
    if rules.needs_consent(len(asset.owners), terms["exclusivity"]) and not terms["co_owner_consent"]:
        found["co_owner_consent"] = [_("An exclusive or sole licence needs the consent of all co-owners.")]
    return found


def as_grant(asset_id: int, terms: rules.Terms) -> GrantTerms:
    """The terms with the grants they name; Invalid when one is not a standing ordinary grant of the asset."""
    wanted = rules.grant_terms(terms)
    if not terms["subject_to"]:
        return wanted
    known = {grant.public_id: grant.id for grant in survivable(asset_id)}
    if not set(terms["subject_to"]) <= set(known):
        message = _("Only ordinary licences in force on the same asset can be named here.")
        raise Invalid({"subject_to": [message]})
    return replace(wanted, subject_to=frozenset(known[one] for one in terms["subject_to"]))


def survivable(asset_id: int) -> list[Grant]:
    """The ordinary head grants an exclusive or sole licence can be made subject to."""
    return list(_ordinary(rights.grants_of(asset_id, on=today())))


def _ordinary(grants: Iterable[Grant]) -> Iterable[Grant]:
    return (grant for grant in grants if grant.exclusivity == ORDINARY and grant.head_id is None)
