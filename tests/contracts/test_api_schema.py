"""Schemathesis against our own OpenAPI document: no answer but those promised, whatever is sent."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance
from werkzeug.test import TestResponse

from tests.conftest import IsolatedClient
from tests.factories import bearer, member

EXAMPLES = 60 if os.environ.get("TRIALS") == "full" else 5
# Rules of law and form (check digits, formalities, rights) refuse some of what JSON Schema alone would let through.
NOT_EXPRESSIBLE = [positive_data_acceptance]
QUIET = settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def operations(app: Flask) -> Iterator[list[APIOperation]]:  # type: ignore[type-arg]
    """Every operation of the document, called in an application context of its own as a server would."""
    plain = app.wsgi_app

    def isolated(environ: dict[str, object], start_response: object) -> object:
        with app.app_context():
            return plain(environ, start_response)  # type: ignore[arg-type]

    app.wsgi_app = isolated  # type: ignore[method-assign, assignment]
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    yield [result.ok() for result in schema.get_all_operations()]
    app.wsgi_app = plain  # type: ignore[method-assign]


def check(operation: APIOperation, headers: dict[str, str]) -> None:  # type: ignore[type-arg]
    @QUIET
    @given(case=operation.as_strategy())
    def every_answer_is_promised(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, excluded_checks=NOT_EXPRESSIBLE)

    every_answer_is_promised()


@pytest.mark.slow
def test_every_answer_is_one_the_document_promises(operations: list[APIOperation]) -> None:  # type: ignore[type-arg]
    person, organisation = member("administrator", "signatory")
    broken = []
    for operation in operations:
        try:
            check(operation, bearer(person, organisation))
        except (FailureGroup, AssertionError) as failure:
            broken.append(f"{operation.label}: {failure}")
    assert not broken, "\n\n".join(broken)


def test_without_a_token_everything_guarded_answers_401_as_a_problem(
    app: Flask,
    client: IsolatedClient,
    operations: list[APIOperation],  # type: ignore[type-arg]
) -> None:
    for operation in operations:
        if not operation.definition.raw.get("security"):
            continue
        path = operation.path.replace("{", "").replace("}", "")
        answer: TestResponse = client.open(path, method=operation.method)
        assert (answer.status_code, answer.content_type) == (401, "application/problem+json"), operation.label
