"""Every piece a page is made of, with made-up content; only while developing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields

from ipplatform.entrypoints.http.access import public
from ipplatform.entrypoints.http.forms import Form
from ipplatform.foundation.clock import now
from ipplatform.foundation.errors import NotFound
from ipplatform.foundation.money import Money
from ipplatform.foundation.pagination import Page
from ipplatform.foundation.text import ShortText, Text

blueprint = Blueprint("styleguide", __name__)
STATUSES = (
    "draft",
    "submitted",
    "awaiting_inclusion",
    "included",
    "under_examination",
    "deficient",
    "answered",
    "registered",
    "refused",
    "withdrawn",
    "in_force",
    "lapsed",
    "expired",
    "published",
    "narrowed",
    "closed",
    "offered",
    "countered",
    "agreed",
    "signing",
    "executed",
    "verified",
    "refuted",
    "free",
    "partly",
    "taken",
    "met",
    "nearly",
    "unknown",
    "not_met",
    "not_started",
    "in_progress",
    "complete",
    "missing",
)
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class SampleSchema(Schema):
    """One field for each control."""

    title = ShortText(required=True, metadata={"label": "Title", "hint": "As it stands on the drawings."})
    abstract = Text(metadata={"label": "Abstract", "widget": "textarea", "rows": 4})
    kind = fields.String(
        required=True,
        metadata={"label": "Kind", "widget": "select", "choices": [("patent", "Patent"), ("design", "Design")]},
    )
    exclusivity = fields.String(
        metadata={
            "label": "Exclusivity",
            "widget": "radios",
            "choices": [("exclusive", "Exclusive"), ("sole", "Sole"), ("ordinary", "Ordinary")],
        }
    )
    acts = fields.List(
        fields.String(),
        metadata={"label": "Acts", "widget": "checkboxes", "choices": ["make", "use", "offer", "sell", "import"]},
    )
    inventors = fields.List(ShortText(), metadata={"label": "Inventors", "widget": "list"})
    filed = fields.Date(metadata={"label": "Filing date", "widget": "date"})
    price = fields.Decimal(metadata={"label": "Price", "widget": "money", "unit": "CNY"})
    drawing = fields.Raw(metadata={"label": "Drawing", "widget": "file", "accept": "application/pdf"})
    password = fields.String(metadata={"label": "Password", "widget": "password"})
    agree = fields.Boolean(metadata={"label": "I have checked the answers", "hint": "Nothing is sent yet."})


@blueprint.get("/styleguide")
@public
def index() -> ResponseReturnValue:
    if not current_app.config["SETTINGS"].debug:
        raise NotFound
    return render_template("public/styleguide.html", **_samples())


def _samples() -> dict[str, Any]:
    data = {"title": "", "acts": ["make", "sell"], "inventors": ["Lin Mei", "Ada Okafor"], "price": "12,50"}
    errors = {"title": ["Answer this question."], "price": ["Write the amount like 1250.00."]}
    return {
        "statuses": STATUSES,
        "form": Form(SampleSchema(), data, errors),
        "digest": DIGEST,
        "documents": [
            _document("claims.pdf", 1_482_113, 14),
            _document("图纸 – drawings, sheet 1 to 12.png", 882, None),
        ],
        "price": Money(Decimal("1250000.00"), "CNY"),
        "page": Page([], "next"),
        "moment": now(),
        "events": _events(),
        "places": {
            "CN": "taken",
            "DE": "partly",
            "FR": "free",
            "US": "free",
            "BR": "free",
            "IN": "taken",
            "JP": "partly",
        },
    }


def _document(name: str, size: int, pages: int | None) -> SimpleNamespace:
    kind = "application/pdf" if name.endswith("pdf") else "image/png"
    return SimpleNamespace(name=name, size=size, pages=pages, media_type=kind, sha256=DIGEST)


def _events() -> list[dict[str, Any]]:
    day = date(2026, 3, 2)
    return [
        {"title": "Filed", "at": day, "tone": "ok", "symbol": "send"},
        {"title": "Deficient", "at": day + timedelta(30), "tone": "stop", "text": "The second claim refers to itself."},
        {"title": "Answered", "at": day + timedelta(41), "tone": "wait", "url": "#timeline"},
        {"title": "Registered", "at": now(), "tone": "ok", "symbol": "award"},
    ]
