"""Representations of filings and documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from ipplatform.domain.assets.models import Document
from ipplatform.domain.filings import kinds, queries
from ipplatform.domain.filings.models import KINDS, STATUSES, Filing
from ipplatform.domain.filings.rules import lifecycle
from ipplatform.domain.filings.rules.assessment import Assessment, Expectation
from ipplatform.domain.filings.services.recording import Attachment
from ipplatform.foundation.i18n import _l

KEY_NEEDED = _l("Send a header Idempotency-Key of your choosing, 1 to 200 visible characters without blanks.")
PUBLIC_ID_NEEDED = _l("Send an id as an answer of this API gave it: 16 letters and digits.")
PUBLIC_ID = validate.Regexp(r"^[0-9a-hjkmnp-tv-z]{16}$", error=PUBLIC_ID_NEEDED)
SHOWN = (*STATUSES, queries.AWAITING_INCLUSION, queries.RECORDED)


class Strict(Schema):
    class Meta:
        unknown = RAISE


class DocumentSchema(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "Bytes"})
    pages = fields.Integer(allow_none=True)
    sha256 = fields.String(required=True)
    sha512 = fields.String(required=True)


class FiledDocumentSchema(DocumentSchema):
    role = fields.String(required=True)


class AttachmentSchema(Strict):
    role = fields.String(
        required=True, validate=validate.Length(1, 40), metadata={"description": "As the kind names it"}
    )
    id = fields.String(
        required=True,
        validate=PUBLIC_ID,
        metadata={"description": "As POST /documents answered"},
    )


class NewFilingSchema(Strict):
    kind = fields.String(required=True, metadata={"enum": list(kinds.registry()), "description": "What is registered"})
    fields_ = fields.Dict(
        keys=fields.String(),
        required=True,
        data_key="fields",
        metadata={"description": "Answers by field, as the forms take them: title, language, abstract, claims, …"},
    )
    documents = fields.List(fields.Nested(AttachmentSchema), load_default=list, validate=validate.Length(max=500))


class AmendmentSchema(Strict):
    fields_ = fields.Dict(
        keys=fields.String(), load_default=dict, data_key="fields", metadata={"description": "Answers that change"}
    )
    documents = fields.List(
        fields.Nested(AttachmentSchema),
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=500),
        metadata={"description": "All documents from now on; absent: those of the last submission"},
    )


class WithdrawalSchema(Strict):
    reason = fields.String(load_default="", validate=validate.Length(max=4000))


class KeySchema(Schema):
    """The request's header; the same key and request give the same answer."""

    key = fields.String(
        required=True,
        data_key="Idempotency-Key",
        error_messages={"required": KEY_NEEDED, "invalid": KEY_NEEDED},
        validate=validate.Regexp(r"^[\x21-\x7e]{1,200}$", error=KEY_NEEDED),
        metadata={"description": "Chosen by the client, new for each new request; at most 200 visible characters"},
    )


class UploadQuerySchema(Schema):
    name = fields.String(metadata={"description": "File name, when the body is the file itself"})


class ExpectationSchema(Schema):
    role = fields.String(required=True)
    need = fields.String(required=True, validate=validate.OneOf(("required", "expected")))
    present = fields.Integer(required=True)


class ReasonSchema(Schema):
    field = fields.String(required=True, metadata={"description": "A task of the kind, documents, or empty: the whole"})
    text = fields.String(required=True)


class DecisionSchema(Schema):
    id = fields.String(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(lifecycle.DECISIONS))
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)
    note = fields.String(required=True)
    decided_at = fields.DateTime(required=True)


class FilingSchema(Schema):
    id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    asset_kind = fields.String(required=True)
    asset = fields.String(required=True, metadata={"description": "Public id the asset has, or will have"})
    status = fields.String(required=True, validate=validate.OneOf(SHOWN))
    title = fields.String(required=True, metadata={"description": "Empty in the queue until you take the case"})
    damaged = fields.Boolean(
        required=True,
        metadata={
            "description": "In lists: what is stored was changed at rest, so that the title cannot be read and is empty; "
            "the filing itself answers 409"
        },
    )
    submitted_at = fields.DateTime(allow_none=True)
    changed_at = fields.DateTime(required=True)


class WholeFilingSchema(FilingSchema):
    fields_ = fields.Dict(keys=fields.String(), required=True, data_key="fields")
    documents = fields.List(fields.Nested(FiledDocumentSchema), required=True)
    expected = fields.List(fields.Nested(ExpectationSchema), required=True)
    decisions = fields.List(fields.Nested(DecisionSchema), required=True)


class FilingPageSchema(Schema):
    items = fields.List(fields.Nested(FilingSchema), required=True)
    next = fields.String(allow_none=True, metadata={"description": "Cursor for ?after="})


class FilingFilterSchema(Schema):
    status = fields.String(
        validate=validate.OneOf((*STATUSES, queries.WITH_OFFICE)),
        metadata={
            "description": "submitted finds what is shown as recorded; with_office every application that waits for the "
            "office's decision"
        },
    )
    kind = fields.String(validate=validate.OneOf(KINDS))
    after = fields.String()
    limit = fields.Integer(load_default=25, validate=validate.Range(1, 100))


class QueueFilterSchema(Schema):
    status = fields.String(
        validate=validate.OneOf(STATUSES[1:]), metadata={"description": "submitted finds what is shown as recorded"}
    )
    asset_kind = fields.String(metadata={"enum": list(kinds.registry())})
    mine = fields.Boolean(load_default=False)
    after = fields.String()
    limit = fields.Integer(load_default=25, validate=validate.Range(1, 100))


class NewDecisionSchema(Strict):
    outcome = fields.String(required=True, validate=validate.OneOf(lifecycle.DECISIONS))
    reasons = fields.List(fields.Nested(ReasonSchema), load_default=list, validate=validate.Length(max=50))
    note = fields.String(load_default="", validate=validate.Length(max=4000))


def document(found: Document) -> dict[str, Any]:
    names = ("name", "media_type", "size", "pages", "sha256", "sha512")
    return {"id": found.public_id, **{name: getattr(found, name) for name in names}}


def line(found: Filing, status: str, *, readable: bool = True) -> dict[str, Any]:
    """A row of a list; the title only for those who may read the content."""
    return {
        "id": found.public_id,
        "kind": found.kind,
        "asset_kind": found.asset_kind,
        "asset": found.asset,
        "status": status,
        "title": found.title if readable else "",
        "damaged": found.damaged,
        "submitted_at": found.submitted_at,
        "changed_at": found.changed_at,
    }


def whole(found: Filing) -> dict[str, Any]:
    """A filing with its content, documents, what is expected of it and the decisions on it."""
    attached = queries.attachments(found.id)
    follow_ups = queries.follow_ups(found.id)
    own_content = found.kind in ("registration", "amendment")
    expectations = queries.assessment(found, attached).expectations if own_content and not _erased(found) else ()
    decisions = [one for one in follow_ups if one.kind == "office_decision"]
    return _whole(found, queries.shown_statuses([found])[found.id], attached, expectations, decisions)


def just_filed(filing: Filing, assessment: Assessment, attachments: Sequence[Attachment]) -> dict[str, Any]:
    """As `whole`, without asking the database for what this request has just written, and as JSON has it.

    WholeFilingSchema would say the same; here, where programs file by the thousand, it is not asked.
    """
    shown = _whole(filing, queries.AWAITING_INCLUSION, attachments, assessment.expectations, ())
    shown |= {name: shown[name].isoformat() for name in ("submitted_at", "changed_at")}
    shown["fields"] = shown.pop("fields_")
    return shown


def _whole(
    found: Filing,
    status: str,
    attached: Sequence[tuple[str, Document]],
    expectations: Iterable[Expectation],
    decisions: Iterable[Filing],
) -> dict[str, Any]:
    return {
        **line(found, status),
        "fields_": found.content if found.content is not None else found.fields,
        "documents": [{"role": role, **document(one)} for role, one in attached],
        "expected": [
            {"role": one.role.name, "need": one.need, "present": one.present}
            for one in expectations
            if one.need != "optional"
        ],
        "decisions": [_decision(one) for one in decisions],
    }


def _erased(found: Filing) -> bool:
    return found.status != lifecycle.DRAFT and found.content is None


def _decision(found: Filing) -> dict[str, Any]:
    content = found.content or {}
    return {
        "id": found.public_id,
        "outcome": content.get("outcome"),
        "reasons": content.get("reasons", []),
        "note": content.get("note", ""),
        "decided_at": found.submitted_at,
    }
