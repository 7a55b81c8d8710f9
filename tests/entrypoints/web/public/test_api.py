from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from html import unescape

import pytest
from flask.testing import FlaskClient

from ipplatform.domain.accounts.schemas import SCOPE_LABELS
from ipplatform.domain.evidence.erasure import holds, services
from ipplatform.domain.filings import kinds
from ipplatform.entrypoints.web.public.api_problems import MEANINGS
from tests.architecture import tree
from tests.factories import bearer, member

DOCUMENT = tree.ROOT / "docs/integrators/api.md"
# Raised where only pages and commands come by: forms' sessions, drafts, files for an import.
NOT_IN_THE_API = {"csrf", "draft_changed", "not_a_draft", "unusable_file"}
# Made of an HTTP error's name or for what nobody foresaw.
OF_HTTP = {
    "bad_request",
    "internal",
    "method_not_allowed",
    "request_entity_too_large",
    "requested_range_not_satisfiable",
    "unsupported_media_type",
}


def _raised() -> Iterator[str]:
    """The codes that stand in the source: ``code="…"`` of a call or a class, and the obstacles to an erasure."""
    for path in tree.python("ipplatform"):
        source = ast.parse(path.read_text())
        for node in ast.walk(source):
            if isinstance(node, ast.keyword) and node.arg == "code":
                yield from _words(node.value)
            elif isinstance(node, ast.ClassDef):
                yield from (word for part in node.body if _is_code(part) for word in _words(part.value))  # type: ignore[attr-defined]
            elif _is_obstacle(node) and "erasure" in str(path):
                yield from _words(node.args[0])  # type: ignore[attr-defined]
    yield from services.FAULTS
    yield from holds.FAULTS


def _is_code(part: ast.stmt) -> bool:
    return isinstance(part, ast.Assign) and any(isinstance(to, ast.Name) and to.id == "code" for to in part.targets)


def _is_obstacle(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Obstacle"


def _words(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.IfExp):
        yield from (*_words(value.body), *_words(value.orelse))
    elif isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value


def test_every_code_of_a_problem_is_explained_and_no_other() -> None:
    assert set(MEANINGS) == (set(_raised()) - NOT_IN_THE_API) | OF_HTTP


def test_the_type_of_a_problem_leads_to_its_line(client: FlaskClient) -> None:
    address, _, anchor = client.get("/api/v1/me").get_json()["type"].partition("#")
    page = client.get(address).text
    assert f'id="{anchor}"' in page
    assert {f"problem-{code}" for code in MEANINGS} == set(re.findall(r'id="(problem-\w+)"', page))
    assert f'"type": "{address}#problem-invalid"' in DOCUMENT.read_text()


def test_the_document_names_every_scope() -> None:
    (told,) = re.findall(r"^Scopes: .*?\.$", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    assert re.findall(r"`([\w:]+)`", told) == list(SCOPE_LABELS)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_names_the_cursor_and_every_field_of_a_filing(client: FlaskClient, language: str) -> None:
    page = client.get(f"/api?lang={language}").text
    assert "next_cursor" not in page
    for kind in kinds.registry().values():
        (fields,) = re.findall(rf'id="fields-{kind.name}".*?</details>', page, re.DOTALL)
        assert all(f"<code>{name}</code>" in fields for name in kind.whole_schema.fields)
        assert "<code>share</code>" in fields


@pytest.mark.parametrize("where", ["page", "document"])
def test_the_example_of_a_patent_is_taken_as_it_stands(client: FlaskClient, where: str) -> None:
    text = unescape(client.get("/api").text) if where == "page" else DOCUMENT.read_text()
    (command,) = re.findall(r"curl -X POST \S+/api/v1/filings.*?\}'", text, re.DOTALL)
    words = shlex.split(command)
    address = words[words.index("POST") + 1]
    headers = dict(words[place + 1].split(": ", 1) for place, word in enumerate(words) if word == "-H")
    token = bearer(*member("filer"))["Authorization"].removeprefix("Bearer ")
    headers["Authorization"] = headers["Authorization"].replace("$TOKEN", token)
    made = client.post("/" + address.split("/", 3)[3], data=words[words.index("-d") + 1].encode(), headers=headers)
    assert made.status_code == 201, made.text
    assert made.get_json()["fields"]["title"] == "Cooling plate for battery cells"
    assert made.get_json()["expected"] == []
