"""Assets of the register, and imports of office files."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from flask_smorest.fields import Upload
from marshmallow import Schema, fields, validate

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.assets import access, queries
from ipplatform.domain.assets.importing import report, runs
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.assets.rules import KINDS, STATUSES, shows_content
from ipplatform.domain.assets.schemas import AssetFilterSchema, ReportFilterSchema
from ipplatform.entrypoints.api.blueprint import Blueprint
from ipplatform.entrypoints.http.access import accepts_upload, token
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.errors import Forbidden
from ipplatform.foundation.i18n import _

blueprint = Blueprint("api_assets", __name__, description="The register's assets and imports of office files")
BEARER: list[dict[str, list[str]]] = [{"bearer": []}]


class ClassificationSchema(Schema):
    scheme = fields.String()
    code = fields.String()


class AssetSchema(Schema):
    id = fields.String(attribute="public_id")
    kind = fields.String(validate=validate.OneOf(KINDS))
    origin = fields.String(validate=validate.OneOf(("native", "external")))
    holder = fields.String(attribute="organisation.name")
    office = fields.String()
    application_number = fields.String(allow_none=True)
    publication_number = fields.String(allow_none=True)
    registration_number = fields.String(allow_none=True)
    filing_date = fields.Date(allow_none=True)
    publication_date = fields.Date(allow_none=True)
    grant_date = fields.Date(allow_none=True)
    expiry_date = fields.Date(allow_none=True)
    title = fields.String()
    language = fields.String()
    title_translation = fields.String(allow_none=True)
    status = fields.String(validate=validate.OneOf(STATUSES))
    status_note = fields.String(allow_none=True)
    parties = fields.Function(lambda asset: [_party(party) for party in asset.parties])
    classifications = fields.List(fields.Nested(ClassificationSchema))


class WholeAssetSchema(AssetSchema):
    abstract = fields.Function(lambda asset: asset.abstract if shows_content(asset.kind) else "")
    claims = fields.Function(lambda asset: asset.content.get("claims", []) if shows_content(asset.kind) else [])


class AssetPageSchema(Schema):
    items = fields.List(fields.Nested(AssetSchema))
    next = fields.String(allow_none=True, attribute="next_cursor", metadata={"description": "Cursor for ?after="})


class ImportFileSchema(Schema):
    file = Upload(required=True, metadata={"description": "USPTO patent grant XML as .xml, .gz or .zip"})


class ImportSchema(Schema):
    id = fields.String()
    file = fields.String()
    status = fields.String(validate=validate.OneOf(("waiting", "running", "finished", "failed")))
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    failure = fields.String(allow_none=True)
    not_read = fields.List(fields.String())


class ImportReportSchema(ImportSchema):
    documents = fields.List(fields.Dict())
    next = fields.String(allow_none=True)


@blueprint.route("/assets")
class Assets(MethodView):
    @blueprint.arguments(AssetFilterSchema, location="query")
    @blueprint.response(200, AssetPageSchema)
    @blueprint.doc(security=BEARER)
    @token("filings:read")
    def get(self, filters: dict[str, Any]) -> Any:
        """The assets of the token's organisation, newest first"""
        text = filters.pop("q", None)
        return queries.assets_of(_organisation_id(), text=text, **filters)


@blueprint.route("/assets/<string:asset_id>")
class OneAsset(MethodView):
    @blueprint.response(200, WholeAssetSchema)
    @blueprint.doc(security=BEARER)
    @token("filings:read")
    def get(self, asset_id: str) -> Asset:
        """An asset that is public, or belongs to the token's organisation"""
        return access.visible_asset(actor=actor(), reference=asset_id, with_content=True)


@blueprint.route("/imports")
class Imports(MethodView):
    @blueprint.arguments(ImportFileSchema, location="files")
    @blueprint.response(202, ImportSchema)
    @blueprint.doc(security=BEARER)
    @accepts_upload
    @token("filings:write")
    def post(self, files: dict[str, Any]) -> dict[str, Any]:
        """Have an office's file read into the register; ask for the import's state afterwards"""
        file = files["file"]
        organisation = accounts.organisation(_organisation_id())
        run = runs.upload(actor=actor(), organisation=organisation, stream=file.stream, name=file.filename)
        return report.summary(run)


@blueprint.route("/imports/<string:import_id>")
class OneImport(MethodView):
    @blueprint.arguments(ReportFilterSchema, location="query")
    @blueprint.response(200, ImportReportSchema)
    @blueprint.doc(security=BEARER)
    @token("filings:read")
    def get(self, filters: dict[str, Any], import_id: str) -> dict[str, Any]:
        """How an import went: counts, and a page of its documents with outcome and reasons"""
        run = runs.visible_run(actor=actor(), public_id=import_id)
        page = runs.entries(run, **filters)
        return {
            **report.summary(run),
            "documents": [report.line_as_json(line) for line in page.items],
            "next": page.next_cursor,
        }


def _organisation_id() -> int:
    organisation_id = actor().organisation_id
    if organisation_id is None:
        raise Forbidden(_("This token acts for no organisation."), code="no_organisation")
    return organisation_id


def _party(party: Any) -> dict[str, Any]:
    share = None if party.share_numerator is None else f"{party.share_numerator}/{party.share_denominator}"
    return {"role": party.role, "name": party.name, "country": party.country, "share": share}
