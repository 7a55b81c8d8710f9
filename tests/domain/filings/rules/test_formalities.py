from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel

from config import from_environment
from ipplatform.domain.filings import kinds
from ipplatform.domain.filings.rules.assessment import Assessment, assess, unknown_fields
from ipplatform.foundation.clock import today
from tests.factories.filings import patent_fields

DAY = date(2026, 11, 23)


@pytest.fixture(scope="module", autouse=True)
def _inside() -> Iterator[None]:
    """Messages are made in a language, the zone's day in its time zone; rules need nothing else of the service."""
    app = Flask("rules")
    Babel(app)
    app.config["SETTINGS"] = from_environment(environment="test")
    with app.app_context():
        yield


def check(kind: str = "patent", documents: dict[str, int] | None = None, on: date = DAY, **changes: Any) -> Assessment:
    return assess(kind=kinds.of(kind), raw=patent_fields(**changes), documents=documents or {}, filed_on=on)


def messages(found: Assessment) -> dict[str, str]:
    return {problem.field: str(problem.message) for problem in found.problems}


def test_a_complete_patent_has_no_problem() -> None:
    found = check()
    assert found.problems == ()
    assert found.complete


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("title", "Enter the title."),
        ("language", "Choose the language of the application."),
        ("abstract", "Enter the abstract."),
        ("claims", "Enter at least one claim."),
        ("description", "Enter the description."),
        ("inventors", "Name at least one inventor."),
        ("owners", "Name at least one owner."),
        ("classes", "Enter at least one IPC class."),
    ],
)
def test_each_missing_thing_is_named_with_its_task(field: str, message: str) -> None:
    found = check(**{field: None})
    assert messages(found) == {field: message}
    task = found.problems[0].task
    assert field in kinds.of("patent").task(task).schema().fields  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("abstract", "message"),
    [
        ("word " * 150, None),
        ("word " * 151, "Shorten the abstract to 150 words; it has 151."),
        ("字" * 300, None),
        ("字" * 301, "Shorten the abstract to 300 characters; it has 301."),
    ],
)
def test_the_abstract_is_short_in_either_language(abstract: str, message: str | None) -> None:
    assert messages(check(abstract=abstract)).get("abstract") == message


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ("1. A plate.\n3. A pump.", "Number the claims 1, 2, 3 … without a gap: claim 2 is expected where 3 stands."),
        ("We claim:\n1. A plate.", "There are words before claim 1. Number them as a claim or remove them."),
        ("1. A plate.\n2.  \n3. A pump.", "Claim 2 has no text."),
        ("1. The plate of claim 2.\n2. A plate.", "Claim 1 refers to claim 2, which does not come before it."),
        ("1. A plate.\n2. The plate of claim 9.", "Claim 2 refers to claim 9, which does not come before it."),
    ],
)
def test_claims_are_numbered_and_refer_backwards(claims: str, message: str) -> None:
    assert messages(check(claims=claims)) == {"claims": message}


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        (("1/2", "1/2"), None),
        (("1/3", "2/3"), None),
        (("33.33%", "66.66%"), "The shares add up to 9999/10000. They must add up to exactly 1."),
        (("1/2", "2/3"), "The shares add up to 7/6. They must add up to exactly 1."),
    ],
)
def test_the_owners_shares_add_to_exactly_one(shares: tuple[str, str], message: str | None) -> None:
    owners = [{"name": f"Owner {share}", "country": "CN", "share": share} for share in shares]
    assert messages(check(owners=owners)).get("owners") == message


def test_a_sole_owner_needs_no_share_and_blank_rows_do_not_count() -> None:
    owners = [{"name": "", "country": "", "share": ""}, {"name": "Ada Moor", "country": "gb", "share": ""}]
    found = check(owners=owners)
    assert found.content["owners"] == [{"name": "Ada Moor", "country": "GB", "share": "1/1"}]


@pytest.mark.parametrize(
    ("kind", "filed", "on", "late"),
    [
        ("patent", date(2025, 11, 23), DAY, False),
        ("patent", date(2025, 11, 22), DAY, True),
        ("patent", date(2024, 2, 29), date(2025, 2, 28), False),
        ("design", date(2026, 5, 23), DAY, False),
        ("design", date(2026, 5, 22), DAY, True),
    ],
)
def test_priority_ends_after_twelve_months_or_six_for_designs(kind: str, filed: date, on: date, late: bool) -> None:
    claimed = [{"country": "EP", "number": "EP25000001", "date": filed.isoformat()}]
    found = check(
        kind, priorities=claimed, on=on, documents={"views": 1}, classes="14-02" if kind == "design" else "H01M"
    )
    assert ("priorities.0.date" in messages(found)) is late


def test_a_priority_in_the_future_is_refused() -> None:
    future = today().replace(year=today().year + 1, day=1).isoformat()
    found = check(priorities=[{"country": "CN", "number": "1", "date": future}])
    assert messages(found)["priorities.0.date"] == "This date lies in the future."


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("H01M10/0525\nH01M0010052500, b60l 50/64", ["H01M 10/0525", "B60L 50/64"]),
        ("A45F 5/04；G06F 17/00", ["A45F 5/04", "G06F 17/00"]),
    ],
)
def test_classes_are_brought_into_one_form_and_kept_once(typed: str, codes: list[str]) -> None:
    assert check(classes=typed).content["classes"] == codes


@pytest.mark.parametrize("typed", ["batteries", "H01M 10/", "Z99Z 1/00"])
def test_what_is_no_class_is_quoted(typed: str) -> None:
    assert typed in messages(check(classes=typed))["classes"]


def test_a_main_class_without_subclass_is_too_broad() -> None:
    assert "too broad" in messages(check(classes="H01"))["classes"]


@pytest.mark.parametrize(
    "text", ["as FIG. 1 shows", "see Figures 2 and 3", "in drawing 4", "如图1所示", "见附图 2", "(Fig.5)"]
)
def test_drawings_referred_to_are_required(text: str) -> None:
    description = f"The plate, {text}, cools."
    assert messages(check(description=description)) == {"drawings": "Add this document: Drawings."}
    assert check(description=description, documents={"drawings": 1}).complete


@pytest.mark.parametrize("text", ["a figure of merit", "configured", "drawing power", "图书"])
def test_other_words_require_no_drawing(text: str) -> None:
    assert check(description=f"The plate has {text}.").complete


def test_a_priority_document_is_expected_and_may_follow() -> None:
    found = check(priorities=[{"country": "CN", "number": "202510000001.X", "date": "2026-01-05"}])
    assert found.complete
    assert [expectation.role.name for expectation in found.missing] == ["priority_document"]
    assert not found.problems[0].blocking


@pytest.mark.parametrize(
    ("claim", "refused"),
    [
        ("1. A cooling plate with a channel.", False),
        ("1. A method of cooling cells.", True),
        ("1. 一种电池冷却方法，包括以下步骤。", True),
        ("1. 一种电池冷却板，其特征在于。", False),
        ("1. A plate made for carrying out a method.", False),
    ],
)
def test_a_utility_model_is_for_products(claim: str, refused: bool) -> None:
    found = check("utility_model", claims=claim, documents={"drawings": 1})
    assert ("claims" in messages(found)) is refused


def test_a_utility_model_always_needs_drawings() -> None:
    assert messages(check("utility_model")) == {"drawings": "Add this document: Drawings."}


def test_software_is_published_after_it_is_completed() -> None:
    found = check("software", version="1.0", completed="2026-03-01", published="2026-02-01", documents={"source": 1})
    assert "published" in messages(found)


@pytest.mark.parametrize(
    ("kind", "values", "end"),
    [
        ("patent", {}, date(2046, 11, 23)),
        ("utility_model", {}, date(2036, 11, 23)),
        ("design", {}, date(2041, 11, 23)),
        ("software", {"published": date(2020, 5, 4)}, date(2070, 12, 31)),
        ("software", {"completed": date(2019, 5, 4)}, date(2069, 12, 31)),
    ],
)
def test_each_kind_has_its_term(kind: str, values: dict[str, date], end: date) -> None:
    assert kinds.of(kind).term(values, DAY) == end


def test_every_kind_is_told_from_the_others() -> None:
    found = list(kinds.registry().values())
    assert [kind.name for kind in found] == ["patent", "utility_model", "design", "software"]
    for kind in found:
        names = [name for task in kind.tasks for name in task.schema().fields]
        assert len(names) == len(set(names))
        assert len({role.name for role in kind.documents}) == len(kind.documents)


def test_fields_of_no_task_are_found() -> None:
    assert unknown_fields(kinds.of("patent"), {"title": "", "colour": ""}) == ["colour"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Plate\x07", "U+0007 at position 6"),
        ("\x00", "U+0000 at position 1"),
        ("a\u2066b", "U+2066 at position 2"),
        ("half \ud800", "U+D800 at position 6"),
    ],
)
def test_invisible_characters_are_named_by_code_and_place(value: str, found: str) -> None:
    assert found in messages(check(title=value))["title"]


@pytest.mark.parametrize("value", [1, 1.5, True, [], {}, ["a"], {"a": 1}])
def test_values_of_another_type_are_refused_at_their_field(value: Any) -> None:
    assert messages(check(title=value)).keys() == {"title"}


def test_text_is_kept_in_one_spelling() -> None:
    found = check(title="  Plaque\r\ne\u0301lectrique ")
    assert found.content["title"] == "Plaque \u00e9lectrique"
