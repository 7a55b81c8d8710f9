"""What a page of refusal tells its reader to do next: it depends on who reads and on what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import g, request, url_for

from ipplatform.domain.accounts.actor import ANONYMOUS, Actor
from ipplatform.foundation.errors import DomainError, Forbidden, Invalid
from ipplatform.foundation.i18n import _
from ipplatform.foundation.pagination import ForeignCursor

NO_ORGANISATION = "no_organisation"


@dataclass(frozen=True, slots=True)
class Advice:
    """``text`` says what to do; ``link`` is (label, address) of where. Either may be missing."""

    text: str = ""
    link: tuple[str, str] | None = None


def without_organisation(actor: Actor) -> Forbidden:
    """The refusal of what only members of an organisation may do."""
    if actor.office:
        return Forbidden(
            _("This is for members of organisations. You work for the office and act for no organisation."),
            code=NO_ORGANISATION,
        )
    return Forbidden(_("Join or create an organisation first."), code=NO_ORGANISATION)


def advice(error: DomainError) -> Advice:
    if isinstance(error, ForeignCursor):
        return Advice(link=(_("First page"), _first_page(error.parameter)))
    if isinstance(error, Forbidden):
        return _after_refusal(error, g.get("actor") or ANONYMOUS)
    return Advice()


def message(error: DomainError) -> Any:
    """Nothing where it would only repeat the heading over the messages of the fields."""
    return "" if isinstance(error, Invalid) and error.message is Invalid.default and error.fields else error.message


def _first_page(parameter: str) -> str:
    kept = [pair for pair in request.args.items(multi=True) if pair[0] != parameter]
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def _after_refusal(error: Forbidden, actor: Actor) -> Advice:
    """A refusal with words of its own says what is wrong; the plain one is about a role."""
    if error.code == NO_ORGANISATION and not actor.office:
        return Advice(
            _("Members of an organisation can invite you to it: open the link in their mail. Or create your own."),
            (_("Create an organisation"), url_for("organisation.new")),
        )
    if error.message is not Forbidden.default:
        return Advice()
    if actor.organisation_id is None:
        return Advice(_("The administrator of the office gives its people their roles.") if actor.office else "")
    if len(actor.organisations) > 1:
        return Advice(
            _(
                "Ask an administrator of your organisation for the role that this needs, or switch to another "
                "organisation in the header."
            )
        )
    return Advice(_("Ask an administrator of your organisation for the role that this needs."))
