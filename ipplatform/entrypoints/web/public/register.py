"""The public register page of an asset, with its history and proofs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts.authorization import any_member
from ipplatform.domain.assets import access, titles
from ipplatform.domain.assets.erasure import is_erased
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.assets.numbers import display, display_application
from ipplatform.domain.assets.rules import KIND_LABELS, STATUS_LABELS, STATUS_NOTES, is_public, shows_content
from ipplatform.domain.assets.scheme_titles import SCHEME_LABELS
from ipplatform.domain.evidence import queries as evidence
from ipplatform.domain.evidence.erasure import queries as erasures
from ipplatform.domain.evidence.erasure.access import require_asset_content
from ipplatform.domain.rights import queries as rights
from ipplatform.entrypoints.http import downloads, session
from ipplatform.entrypoints.http.access import public
from ipplatform.foundation.clock import today
from ipplatform.foundation.i18n import _l

blueprint = Blueprint("register", __name__, url_prefix="/register")


@blueprint.get("/<reference>")
@public
def show(reference: str) -> ResponseReturnValue:
    actor = session.actor()
    asset = access.visible_asset(actor=actor, reference=reference, with_content=True)
    return render_template(
        "public/register.html",
        asset=asset,
        erased=erasures.erased_asset(asset.public_id) if is_erased(asset) else None,
        documents=access.visible_documents(actor=actor, asset=asset),
        history=_history(asset),
        classes=titles.titles_of([(item.scheme, item.code) for item in asset.classifications]),
        grants=rights.grants_of(asset.id, on=today()),
        is_own=any_member(actor, asset),
        is_members=access.is_members(actor, asset),
        is_public=is_public(origin=asset.origin, status=asset.status),
        shows_content=shows_content(asset.kind),
        **WORDS,
    )


@blueprint.get("/<reference>/documents/<document>")
@public
def download(reference: str, document: str) -> ResponseReturnValue:
    actor = session.actor()
    asset = access.visible_asset(actor=actor, reference=reference)
    if is_erased(asset):
        require_asset_content(asset.public_id)
    found = access.public_document(actor=actor, asset_reference=reference, reference=document)
    return downloads.send(found)


RECORD_LABELS = {
    "registration": _l("Registration"),
    "amendment": _l("Amendment"),
    "correction": _l("Correction"),
    "withdrawal": _l("Withdrawal"),
    "assignment": _l("Assignment"),
    "licence": _l("Licence"),
    "licence_end": _l("End of a licence"),
    "pledge": _l("Pledge"),
    "pledge_release": _l("Release of a pledge"),
    "open_licence": _l("Open licence"),
    "open_licence_withdrawal": _l("Withdrawal of an open licence"),
    "renewal": _l("Renewal"),
    "surrender": _l("Surrender"),
    "evidence": _l("Deposit of evidence"),
    "opposition": _l("Opposition"),
    "royalty_statement": _l("Royalty statement"),
    "office_decision": _l("Decision of the office"),
    "erasure": _l("Erasure"),
}
WORDS: dict[str, Any] = {
    "record_labels": RECORD_LABELS,
    "kind_labels": KIND_LABELS,
    "status_labels": STATUS_LABELS,
    "status_notes": STATUS_NOTES,
    "scheme_labels": SCHEME_LABELS,
    "display_number": display,
    "display_application": display_application,
}


def _history(asset: Asset) -> list[dict[str, Any]]:
    """The asset's filings, oldest first, each with its state of proof; two statements."""
    records = evidence.history(asset.public_id)
    size = evidence.published_size() if records else 0
    return [
        {"record": record, "is_included": record.leaf_index is not None and record.leaf_index < size}
        for record in records
    ]
