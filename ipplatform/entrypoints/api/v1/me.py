"""Who a token acts for."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from ipplatform.domain.accounts import queries
from ipplatform.entrypoints.api.blueprint import Blueprint
from ipplatform.entrypoints.api.openapi import scoped
from ipplatform.entrypoints.http.access import token
from ipplatform.entrypoints.http.session import actor, standing

blueprint = Blueprint("me", __name__, url_prefix="/me", description="Who the token acts for")


class MeSchema(Schema):
    person = fields.String(required=True, metadata={"description": "Public id of the person"})
    name = fields.String(required=True)
    organisation = fields.String(allow_none=True, metadata={"description": "Public id of the organisation"})
    organisation_name = fields.String(allow_none=True)
    roles = fields.List(fields.String(), required=True)
    office = fields.List(fields.String(), required=True)
    scopes = fields.List(fields.String(), required=True)


@blueprint.route("")
class Me(MethodView):
    @blueprint.response(200, MeSchema)
    @blueprint.doc(**scoped("account:read", 401, 403))
    @token("account:read")
    def get(self) -> dict[str, Any]:
        """Say who the token acts for"""
        found = standing()
        assert found is not None
        who = actor()
        return {
            "person": queries.person(found.person.id).public_id,
            "name": found.person.name,
            "organisation": found.organisation.public_id if found.organisation else None,
            "organisation_name": found.organisation.name if found.organisation else None,
            "roles": sorted(who.roles),
            "office": sorted(who.office),
            "scopes": sorted(who.scopes or ()),
        }
