"""What the application says about the thing itself."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema

from ipplatform.domain.filings.schemas.inputs import Choice, Claims, ClassCodes, Day, Line, Text
from ipplatform.foundation.i18n import _l

TITLE_CHARACTERS = 500
LANGUAGES = ("en", "zh")


class TaskSchema(Schema):
    """Answers of one task; a form may carry more than its fields."""

    class Meta:
        unknown = EXCLUDE


class TitleSchema(TaskSchema):
    title = Line(
        most=TITLE_CHARACTERS,
        required=True,
        missing=_l("Enter the title."),
        metadata={"label": _l("Title"), "hint": _l("Short and exact; say what the thing is, without trade names.")},
    )
    language = Choice(
        LANGUAGES,
        required=True,
        missing=_l("Choose the language of the application."),
        metadata={
            "label": _l("Language of the application"),
            "widget": "radios",
            "choices": [("en", _l("English")), ("zh", _l("Chinese"))],
        },
    )


class AbstractSchema(TaskSchema):
    abstract = Text(
        most=10_000,
        required=True,
        missing=_l("Enter the abstract."),
        metadata={
            "label": _l("Abstract"),
            "hint": _l("What it is, what problem it solves and how. At most 150 words, or 300 Chinese characters."),
            "widget": "textarea",
            "rows": 10,
        },
    )


class ClaimsSchema(TaskSchema):
    claims = Claims(
        required=True,
        missing=_l("Enter at least one claim."),
        metadata={
            "label": _l("Claims"),
            "hint": _l("Number each claim: “1. A battery …”. Without numbers every paragraph becomes a claim."),
            "widget": "textarea",
            "rows": 20,
        },
    )


class DescriptionSchema(TaskSchema):
    description = Text(
        most=1_000_000,
        required=True,
        missing=_l("Enter the description."),
        metadata={
            "label": _l("Description"),
            "hint": _l("Technical field, what was known before, the invention, the drawings, ways to carry it out."),
            "widget": "textarea",
            "rows": 24,
        },
    )


class IpcSchema(TaskSchema):
    classes = ClassCodes(
        scheme="ipc",
        example="H01M 10/0525",
        required=True,
        missing=_l("Enter at least one IPC class."),
        metadata={
            "label": _l("IPC classes"),
            "hint": _l("One a line, the main class first, for example H01M 10/0525."),
            "widget": "textarea",
            "rows": 5,
        },
    )


class LocarnoSchema(TaskSchema):
    classes = ClassCodes(
        scheme="locarno",
        example="14-02",
        required=True,
        missing=_l("Enter at least one Locarno class."),
        metadata={
            "label": _l("Locarno classes"),
            "hint": _l("One a line, the main class first, for example 14-02."),
            "widget": "textarea",
            "rows": 5,
        },
    )


class ProductSchema(TaskSchema):
    """A design is described in a few words; its views show the rest."""

    abstract = Text(
        most=2_000,
        required=True,
        missing=_l("Say which product the design is for and what is new in its look."),
        metadata={
            "label": _l("Brief explanation"),
            "hint": _l("The product, its use, what is new in its look, and which view shows it best."),
            "widget": "textarea",
            "rows": 8,
        },
    )


class VersionSchema(TaskSchema):
    version = Line(
        most=60,
        required=True,
        missing=_l("Enter the version."),
        metadata={"label": _l("Version"), "hint": _l("As users see it, for example 2.4.1.")},
    )
    completed = Day(
        required=True,
        missing=_l("Enter the day the software was completed."),
        metadata={"label": _l("Completed on"), "widget": "date"},
    )
    published = Day(
        load_default=None,
        allow_none=True,
        metadata={
            "label": _l("First published on (optional)"),
            "hint": _l("Leave empty if it has not been published."),
            "widget": "date",
        },
    )


class FunctionsSchema(TaskSchema):
    abstract = Text(
        most=10_000,
        required=True,
        missing=_l("Say what the software does."),
        metadata={
            "label": _l("What it does"),
            "hint": _l("Purpose, main functions and technical features, in a few sentences."),
            "widget": "textarea",
            "rows": 10,
        },
    )
