"""What comes in about people and organisations, from forms, API and commands alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pycountry
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, pre_load, validate, validates_schema

from ipplatform.domain.accounts import rules
from ipplatform.domain.accounts.actor import MEMBER_ROLES, SCOPES
from ipplatform.foundation.i18n import _l
from ipplatform.foundation.text import ShortText

COUNTRIES = sorted(country.alpha_2 for country in pycountry.countries)
ROLE_LABELS = {
    "administrator": _l("Administrator: members, settings, and everything but signing"),
    "filer": _l("Filer: drafts and submits filings"),
    "dealer": _l("Dealer: lists and negotiates"),
    "signatory": _l("Signatory: signs agreements for the organisation"),
    "viewer": _l("Viewer: reads only"),
}
SCOPE_LABELS = {
    "account:read": _l("Read who this token acts for"),
    "account:write": _l("Invite members, change roles"),
    "filings:read": _l("Read filings, documents and evidence"),
    "filings:write": _l("Draft and submit filings, import"),
    "market:read": _l("Read own listings, needs and matches"),
    "market:write": _l("Change listings and needs"),
    "licences:read": _l("Read negotiations and agreements"),
    "licences:write": _l("Negotiate and sign"),
    "office:read": _l("Office: read the queue"),
    "office:write": _l("Office: examine and decide"),
    "audit:read": _l("Office: audit records"),
}
OFFICE_SCOPES = ("office:read", "office:write", "audit:read")


def _scopes(offered: Iterable[str]) -> list[tuple[str, Any]]:
    """In words and as programs' documentation has them."""
    return [(scope, _l("%(words)s (%(code)s)", words=SCOPE_LABELS[scope], code=scope)) for scope in offered]


REQUIRED = {"required": _l("Answer this question."), "null": _l("Answer this question.")}


def _password(label: Any, hint: Any = None) -> fields.String:
    return fields.String(
        required=True,
        load_only=True,
        error_messages=REQUIRED,
        validate=validate.Length(max=1000),
        metadata={"label": label, "hint": hint, "widget": "password"},
    )


def _email() -> ShortText:
    return ShortText(
        required=True,
        most=254,
        validate=validate.Email(error=_l("Enter an email address, like name@example.com.")),
        metadata={"label": _l("Email address"), "widget": "email", "autocomplete": "email"},
    )


class AccountSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    @pre_load
    def lower_email(self, data: Any, **kwargs: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("email"), str):
            return {**data, "email": data["email"].strip().lower()}
        return data


class SignInSchema(AccountSchema):
    email = _email()
    password = _password(_l("Password"))


class NewPersonSchema(AccountSchema):
    name = ShortText(
        required=True, most=200, metadata={"label": _l("Your full name"), "widget": "text", "autocomplete": "name"}
    )
    email = _email()
    password = _password(_l("Password"), _l("At least 10 characters; a few unrelated words are best."))

    @validates_schema
    def strong(self, data: dict[str, Any], **kwargs: Any) -> None:
        known = [data.get("name", ""), data.get("email", ""), data.get("organisation_name", "")]
        faults = rules.password_faults(data.get("password", ""), known) if "password" in data else []
        if faults:
            raise ValidationError({"password": faults})


class OrganisationSchema(AccountSchema):
    organisation_name = ShortText(
        required=True, most=300, metadata={"label": _l("Organisation's registered name"), "widget": "text"}
    )
    country = fields.String(
        required=True,
        validate=validate.OneOf(COUNTRIES, error=_l("Choose a country.")),
        error_messages=REQUIRED,
        metadata={"label": _l("Country"), "widget": "country", "choices": COUNTRIES},
    )
    identifier_scheme = fields.String(
        required=True,
        validate=validate.OneOf(list(rules.IDENTIFIER_SCHEMES), error=_l("Choose the kind of company number.")),
        error_messages=REQUIRED,
        metadata={
            "label": _l("Kind of company number"),
            "widget": "select",
            "choices": list(rules.IDENTIFIER_SCHEMES.items()),
        },
    )
    identifier = ShortText(
        required=True,
        most=40,
        metadata={
            "label": _l("Company number"),
            "hint": _l("Its form and check digits are tested; spaces and hyphens do not matter."),
            "widget": "text",
        },
    )

    @validates_schema
    def well_formed(self, data: dict[str, Any], **kwargs: Any) -> None:
        if "identifier" not in data or "identifier_scheme" not in data:
            return
        try:
            rules.normalise_identifier(data["identifier_scheme"], data["identifier"])
        except ValueError as error:
            label = rules.IDENTIFIER_SCHEMES.get(data["identifier_scheme"])
            message = _l("This is not a well-formed number of that kind. Check each character.")
            raise ValidationError({"identifier": [message if label else _l("Choose the kind of number.")]}) from error

    @post_load
    def normalise(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        identifier = rules.normalise_identifier(data["identifier_scheme"], data["identifier"])
        return {**data, "identifier": identifier}


class SignUpSchema(NewPersonSchema, OrganisationSchema):
    class Meta:
        unknown = EXCLUDE
        fields = (
            "name",
            "email",
            "password",
            "organisation_name",
            "country",
            "identifier_scheme",
            "identifier",
        )


class ForgottenSchema(AccountSchema):
    email = _email()


class NewPasswordSchema(AccountSchema):
    password = _password(_l("New password"), _l("At least 10 characters; a few unrelated words are best."))


class ChangePasswordSchema(AccountSchema):
    current = _password(_l("Current password"))
    password = _password(_l("New password"), _l("At least 10 characters; a few unrelated words are best."))


class ProfileSchema(AccountSchema):
    name = ShortText(required=True, most=200, metadata={"label": _l("Your full name"), "widget": "text"})
    locale = fields.String(
        required=True,
        validate=validate.OneOf(["en", "zh"]),
        metadata={"label": _l("Language"), "widget": "radios", "choices": [("en", "English"), ("zh", "中文")]},
    )


class InvitationSchema(AccountSchema):
    email = _email()
    roles = fields.List(
        fields.String(validate=validate.OneOf(MEMBER_ROLES)),
        required=True,
        validate=validate.Length(min=1, error=_l("Choose at least one role.")),
        error_messages=REQUIRED,
        metadata={"label": _l("Roles"), "widget": "checkboxes", "choices": list(ROLE_LABELS.items())},
    )


class TokenSchema(AccountSchema):
    """Scopes of the office are offered to people of the office; to others they would give nothing."""

    name = ShortText(
        required=True,
        most=100,
        metadata={"label": _l("Name of the token"), "hint": _l("The program that will use it."), "widget": "text"},
    )
    scopes = fields.List(
        fields.String(validate=validate.OneOf(SCOPES)),
        required=True,
        validate=validate.Length(min=1, error=_l("Choose at least one scope.")),
        error_messages=REQUIRED,
        metadata={"label": _l("What it may do"), "widget": "checkboxes", "choices": _scopes(SCOPE_LABELS)},
    )

    def __init__(self, *, office: bool = True, **options: Any) -> None:
        super().__init__(**options)
        if not office:
            offered = [scope for scope in SCOPE_LABELS if scope not in OFFICE_SCOPES]
            self.fields["scopes"].metadata = {**self.fields["scopes"].metadata, "choices": _scopes(offered)}
