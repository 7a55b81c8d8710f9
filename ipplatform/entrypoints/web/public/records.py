"""The public proof of a record, without anything confidential, and its bundle."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from ipplatform.domain.accounts.authorization import allows
from ipplatform.domain.evidence import queries
from ipplatform.domain.evidence.erasure import queries as erasures
from ipplatform.domain.evidence.erasure.models import Erased
from ipplatform.domain.evidence.holder import queries as holder
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.permissions import PERMISSIONS
from ipplatform.entrypoints.http import bundles, certificates, time
from ipplatform.entrypoints.http.access import public
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.ids import parse_id

blueprint = Blueprint("records", __name__)


@blueprint.get("/records/<number>")
@public
def show(number: str) -> ResponseReturnValue:
    record = _record(number)
    receipt = queries.receipt(record)
    return render_template(
        "public/record.html",
        record=record,
        receipt=receipt,
        time=time.shown(record, included=receipt.proof is not None),
        signatures=holder.signature_count(record.id),
        erased=_erased(record),
        certified=certificates.offered(record, included=receipt.proof is not None),
    )


@blueprint.get("/filings/<number>/evidence")
@public
def evidence(number: str) -> ResponseReturnValue:
    """Everything for the holder, what is public for everybody else. Auditors have their own, recorded way to it."""
    record = _record(number)
    return bundles.answer_member(record, with_filing=allows(PERMISSIONS["bundle.full"], actor(), record))


@blueprint.get("/records/<number>/certificate")
@public
def certificate(number: str) -> Response:
    """For whoever may read what it shows: the service asks. It writes in a transaction of its own."""
    return certificates.answer(number)


def _erased(record: Record) -> Erased | None:
    return erasures.erased_record(record.id) if record.manifest is None else None


def _record(number: str) -> Record:
    record = queries.record_by_filing(parse_id(number) or "")
    if record is None:
        raise NotFound
    return record
