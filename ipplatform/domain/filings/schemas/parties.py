"""Who made it, who owns it, and which earlier application it claims priority of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, pre_load, validate

from ipplatform.domain.filings.schemas.content import TaskSchema
from ipplatform.domain.filings.schemas.inputs import Country, Day, Line, Share
from ipplatform.foundation.i18n import _l

MOST_ROWS = 100


def is_blank(row: Any) -> bool:
    """A row nobody filled in: every answer in it is empty."""
    return isinstance(row, Mapping) and all(isinstance(value, str) and not value.strip() for value in row.values())


class RowsSchema(TaskSchema):
    """A task whose answers are rows; rows left blank do not count."""

    @pre_load
    def drop_blank_rows(self, data: Any, **options: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        return {
            name: [row for row in value if not is_blank(row)] if isinstance(value, list) else value
            for name, value in data.items()
        }


def rows_of(schema: type[TaskSchema], *, missing: Any, required: bool = True, **metadata: Any) -> fields.List[Any]:
    """A list of `schema`; `missing` is said when a required list has no row."""
    checks = [validate.Length(max=MOST_ROWS, error=_l("Give at most %(most)s.", most=MOST_ROWS))]
    if required:
        checks.insert(0, validate.Length(min=1, error=missing))
    presence: dict[str, Any] = {"required": True} if required else {"load_default": list}
    return fields.List(
        fields.Nested(schema),
        **presence,
        validate=checks,
        error_messages={"required": missing, "null": missing, "invalid": _l("Give these as a list.")},
        metadata={"widget": "rows", **metadata},
    )


class InventorSchema(TaskSchema):
    name = Line(most=200, required=True, missing=_l("Enter the name."), metadata={"label": _l("Full name")})
    country = Country(
        required=True,
        missing=_l("Choose the country."),
        metadata={"label": _l("Country of residence"), "widget": "country"},
    )


class OwnerSchema(TaskSchema):
    name = Line(most=300, required=True, missing=_l("Enter the owner's name."), metadata={"label": _l("Name")})
    country = Country(
        required=True, missing=_l("Choose the country."), metadata={"label": _l("Country"), "widget": "country"}
    )
    share = Share(
        required=True,
        error_messages={"required": _l("Enter the share, for example 1/2.")},
        metadata={"label": _l("Share"), "hint": _l("For example 1/2; all shares add up to 1.")},
    )


class PrioritySchema(TaskSchema):
    country = Country(
        offices=True,
        required=True,
        missing=_l("Choose the office of the earlier application."),
        metadata={"label": _l("Office"), "widget": "office"},
    )
    number = Line(
        most=40,
        required=True,
        missing=_l("Enter the number of the earlier application."),
        metadata={"label": _l("Application number")},
    )
    date = Day(
        required=True,
        missing=_l("Enter the date of the earlier application."),
        metadata={"label": _l("Filed on"), "widget": "date"},
    )


class InventorsSchema(RowsSchema):
    inventors = rows_of(
        InventorSchema, missing=_l("Name at least one inventor."), label=_l("Inventors"), one=_l("Inventor")
    )


class DesignersSchema(RowsSchema):
    inventors = rows_of(
        InventorSchema, missing=_l("Name at least one designer."), label=_l("Designers"), one=_l("Designer")
    )


class AuthorsSchema(RowsSchema):
    inventors = rows_of(InventorSchema, missing=_l("Name at least one author."), label=_l("Authors"), one=_l("Author"))


class OwnersSchema(RowsSchema):
    owners = rows_of(OwnerSchema, missing=_l("Name at least one owner."), label=_l("Owners"), one=_l("Owner"))

    @pre_load
    def sole_owner_has_all(self, data: Any, **options: Any) -> Any:
        rows = data.get("owners") if isinstance(data, Mapping) else None
        if not isinstance(rows, list):
            return data
        filled = [row for row in rows if not is_blank(row)]
        if len(filled) == 1 and isinstance(filled[0], Mapping) and not filled[0].get("share"):
            return {**data, "owners": [{**filled[0], "share": "1"}]}
        return data


class PrioritiesSchema(RowsSchema):
    priorities = rows_of(
        PrioritySchema, missing="", required=False, label=_l("Priority claims"), one=_l("Priority claim")
    )
