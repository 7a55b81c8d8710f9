"""What comes in about assets: filters of the portfolio, and the form for an office's file."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from ipplatform.domain.assets.importing.runs import OUTCOME_LABELS, OUTCOMES
from ipplatform.domain.assets.rules import KIND_LABELS, KINDS, STATUS_LABELS, STATUSES
from ipplatform.foundation.i18n import _l
from ipplatform.foundation.text import ShortText


class AssetFilterSchema(Schema):
    """Filters of an organisation's assets; all are optional."""

    class Meta:
        unknown = EXCLUDE

    q = ShortText(
        most=200,
        metadata={"label": _l("Words or number"), "widget": "search", "width": "medium"},
    )
    kind = fields.String(
        validate=validate.OneOf(KINDS),
        metadata={"label": _l("Kind"), "widget": "select", "choices": [(kind, KIND_LABELS[kind]) for kind in KINDS]},
    )
    status = fields.String(
        validate=validate.OneOf(STATUSES),
        metadata={
            "label": _l("Status"),
            "widget": "select",
            "choices": [(status, STATUS_LABELS[status]) for status in STATUSES],
        },
    )
    after = fields.String(validate=validate.Length(max=500), metadata={"description": "Cursor of the next page"})


class ReportFilterSchema(Schema):
    """Which lines of an import's report are wanted."""

    class Meta:
        unknown = EXCLUDE

    outcome = fields.String(
        validate=validate.OneOf(OUTCOMES),
        metadata={
            "label": _l("Outcome"),
            "widget": "select",
            "choices": [(outcome, OUTCOME_LABELS[outcome]) for outcome in OUTCOMES],
        },
    )
    after = fields.String(validate=validate.Length(max=500), metadata={"description": "Cursor of the next page"})


class ImportFormSchema(Schema):
    """The form of the import page; the file itself comes beside it."""

    file = fields.Raw(
        required=True,
        metadata={
            "label": _l("Office's file"),
            "hint": _l("USPTO patent grant XML (2005 and later) as .xml, .gz or .zip."),
            "widget": "file",
            "accept": ".xml,.gz,.zip",
        },
    )
