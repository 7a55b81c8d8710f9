"""The organisation a token acts for: its members and invitations."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from ipplatform.domain.accounts import queries, services
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.accounts.permissions import PERMISSIONS
from ipplatform.domain.accounts.schemas import InvitationSchema
from ipplatform.entrypoints.api.blueprint import Blueprint
from ipplatform.entrypoints.api.openapi import scoped
from ipplatform.entrypoints.http.access import token
from ipplatform.entrypoints.http.session import actor
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.i18n import current_locale

blueprint = Blueprint("organisation_api", __name__, url_prefix="/organisation", description="Members and invitations")


class MemberSchema(Schema):
    person = fields.String(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)


class OrganisationOut(Schema):
    organisation = fields.String(required=True, metadata={"description": "Public id"})
    name = fields.String(required=True)
    country = fields.String(required=True)
    identifier_scheme = fields.String(required=True)
    identifier = fields.String(required=True)
    members = fields.List(fields.Nested(MemberSchema), required=True)


class InvitationOut(Schema):
    invitation = fields.String(required=True, metadata={"description": "Public id"})
    email = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    expires_at = fields.DateTime(required=True)


@blueprint.route("")
class Organisation(MethodView):
    @blueprint.response(200, OrganisationOut)
    @blueprint.doc(**scoped("account:read", 401, 403, 404))
    @token("account:read")
    def get(self) -> dict[str, Any]:
        """Read the organisation and its members"""
        who = actor()
        if who.organisation_id is None:
            raise NotFound
        found = queries.organisation(who.organisation_id)
        require(PERMISSIONS["organisation.see"], who, found)
        members = [
            {"person": one.public_id, "name": one.name, "email": one.email, "roles": roles}
            for one, roles in queries.members(found.id)
        ]
        return {
            "organisation": found.public_id,
            "name": found.name,
            "country": found.country,
            "identifier_scheme": found.identifier_scheme,
            "identifier": found.identifier,
            "members": members,
        }


@blueprint.route("/invitations")
class Invitations(MethodView):
    @blueprint.arguments(InvitationSchema)
    @blueprint.response(201, InvitationOut)
    @blueprint.doc(**scoped("account:write", 401, 403, 404))
    @token("account:write")
    def post(self, values: dict[str, Any]) -> dict[str, Any]:
        """Invite a person by mail"""
        if actor().organisation_id is None:
            raise NotFound
        made, _secret = services.invite(actor=actor(), **values, locale=current_locale())
        return {
            "invitation": made.public_id,
            "email": made.email,
            "roles": made.roles.split(),
            "expires_at": made.expires_at,
        }
