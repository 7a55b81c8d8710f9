"""The ledger of rights: grants on an asset, what is free, and the words for acts, territories and fields of use."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from ipplatform.domain.assets import access
from ipplatform.domain.licensing.rules.terms import grant_terms
from ipplatform.domain.licensing.schemas import ExtentSchema
from ipplatform.domain.rights import acts, queries, territory, words
from ipplatform.domain.rights import fields as field_tree
from ipplatform.domain.rights.errors import describe
from ipplatform.entrypoints.api.blueprint import Blueprint
from ipplatform.entrypoints.api.v1 import licence_schemas as out
from ipplatform.entrypoints.http.access import public, token
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.clock import today
from ipplatform.foundation.i18n import current_locale

blueprint = Blueprint("api_rights", __name__, description="Who holds which right, and what is free")


class GrantSchema(Schema):
    id = fields.String()
    number = fields.String()
    licensee = fields.String(allow_none=True, metadata={"description": "Only for the holder of the asset"})
    exclusivity = fields.String()
    acts = fields.List(fields.String())
    territories = fields.List(fields.String(), metadata={"description": "ISO 3166 countries"})
    fields_of_use = fields.List(fields.String())
    start = fields.Date()
    end = fields.Date(allow_none=True)
    is_sublicence = fields.Boolean()


class AssetGrantsSchema(Schema):
    grants = fields.List(fields.Nested(GrantSchema))


class AvailabilitySchema(Schema):
    free = fields.Boolean(required=True)
    conflicts = fields.List(fields.Dict(), required=True, metadata={"description": "Smallest overlap first"})
    remaining = fields.Dict(allow_none=True, required=True)


class RightsWordSchema(Schema):
    code = fields.String(required=True)
    label = fields.String(required=True)


class RightsActSchema(Schema):
    code = fields.String(required=True)
    label = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)


class RightsVocabularySchema(Schema):
    exclusivities = fields.List(fields.Nested(RightsWordSchema), required=True)
    acts = fields.List(fields.Nested(RightsActSchema), required=True)
    territories = fields.List(fields.Nested(RightsWordSchema), required=True)
    fields_of_use = fields.List(fields.Nested(RightsWordSchema), required=True)


@blueprint.route("/assets/<string:asset_id>/grants")
class Grants(MethodView):
    @blueprint.response(200, AssetGrantsSchema)
    @blueprint.doc(security=out.BEARER)
    @token("market:read")
    def get(self, asset_id: str) -> dict[str, Any]:
        """Grants in force today or later on an asset that the token may see"""
        asset = access.visible_asset(actor=actor(), reference=asset_id)
        own = access.is_members(actor(), asset)
        found = queries.grants_of(asset.id, on=today())
        return {"grants": [out.grant(one, with_licensee=own) for one in found]}


@blueprint.route("/assets/<string:asset_id>/availability")
class Availability(MethodView):
    @blueprint.arguments(ExtentSchema)
    @blueprint.response(200, AvailabilitySchema)
    @blueprint.doc(security=out.BEARER)
    @token("market:read")
    def post(self, extent: dict[str, Any], asset_id: str) -> dict[str, Any]:
        """Whether a licence of this extent could be granted; if not, what stands in the way and what remains"""
        asset = access.visible_asset(actor=actor(), reference=asset_id)
        return describe(queries.availability(asset.id, grant_terms(extent)))


@blueprint.route("/rights/vocabulary")
class Vocabulary(MethodView):
    @blueprint.response(200, RightsVocabularySchema)
    @public
    def get(self) -> dict[str, Any]:
        """Codes and names of exclusivities, acts, territories and fields of use, in the language asked for"""
        locale = current_locale()
        places = [*territory.GROUPS, *sorted(territory.COUNTRIES)]
        return {
            "exclusivities": [{"code": code, "label": str(label)} for code, label in words.EXCLUSIVITY_LABELS.items()],
            "acts": [{"code": act, "label": acts.label(act), "kinds": _kinds(act)} for act in acts.NUMBERS],
            "territories": [{"code": code, "label": territory.label(code, locale)} for code in places],
            "fields_of_use": [{"code": code, "label": label} for code, label in field_tree.choices()],
        }


def _kinds(act: str) -> list[str]:
    return [kind for kind, reserved in acts.BY_KIND.items() if act in reserved]
