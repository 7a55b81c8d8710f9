"""Findings in the reader's language: what is stored and signed stays English."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import product

import pytest
from flask.testing import FlaskClient

from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.models import AuditFinding
from ipplatform.domain.filings.models import STATUSES
from ipplatform.entrypoints.http import audit_words
from ipplatform.foundation import jobs, storage
from ipplatform.foundation.db import db, transaction
from tests.architecture import tree
from tests.conftest import SignIn
from tests.databases import both_databases
from tests.factories import office_person
from tests.factories.evidence import make_record, stored_document

NAMED = ("Finding", "ColumnFinding", "Words")
MAKING = (*NAMED, "difference")
EVIDENCE = tree.ROOT / "ipplatform" / "domain" / "evidence"
QUOTING = ("formats", "holder", "succession", "time")
QUOTED = {
    "NoteError",
    "CheckpointError",
    "CosignatureError",
    "EquivocationError",
    "ProofError",
    "TileError",
    "TokenError",
    "NotTrue",
    "Failed",
}
SAMPLES = (
    "7",
    "07",
    "00ff",
    "k" * 16,
    "0" * 32,
    "tile/0/000",
    "sizes from 7",
    "an RSA key of 7 bits",
    "journal of erasures",
)
# Put together of names and values alone.
VALUES = {
    "sha256 {}",
    "SHA-256 {}",
    "log_leaf {}",
    "log_leaf.entry {}",
    "former_entry.leaf {}",
    "former_entry.record_id {}",
    "{} {}",
    "{} {} {}",
}


@pytest.fixture
def translated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text that is given to gettext is marked."""
    monkeypatch.setattr(audit_words, "_", lambda text, **values: f"译 {text % values}" if values else f"译 {text}")


@both_databases
def test_run_and_record_show_findings_translated_and_the_manifest_as_text(
    client: FlaskClient, sign_in: SignIn, translated: None
) -> None:
    record = make_record(fields={"title": "密机械 <b>"}, documents=[stored_document(b"claims", "图纸.pdf")])
    sequencer.run_once()
    with transaction(reads_only=True):
        key = record.documents[0].storage_key
    assert key is not None
    path = storage.path_of(key)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    auditor = sign_in(client, office_person("auditor"))
    run = auditor.post("/office/audit/runs", data={"scope": "full"}).headers["Location"]
    jobs.run_all()
    for address in (run, f"/office/audit/records/{record.public_id}"):
        page = auditor.get(address).text
        assert "译 document 1 (图纸.pdf)" in page
        assert "译 the stored file has changed bytes" in page
    assert "密机械 &lt;b&gt;" in page
    assert "\\u" not in page.partition("<pre")[2].partition("</pre>")[0]
    with transaction(reads_only=True):
        (kept,) = db.session.query(AuditFinding).all()
        assert (kept.field, kept.found) == ("document 1 (图纸.pdf)", "the stored file has changed bytes")


def test_values_stay_as_they_are(translated: None) -> None:
    compared = AuditFinding(field="asset.title", position=0)
    assert audit_words.side(compared, "erased") == "erased"
    assert audit_words.side(AuditFinding(field="asset.title", position=None), "erased") == "译 erased"
    assert audit_words.side(AuditFinding(field="asset.title", position=None), "None") == "译 none"
    for value in ("asset.title", "Bank of China", "sha256 00ff", "一种阀门"):
        assert audit_words.words(value) == value


@pytest.mark.parametrize(
    "text",
    [
        "document 2 (a (b).pdf) sha256",
        "document 3",
        "request_digest (or its seal)",
        "checkpoint 17",
        "64 bytes",
        "tile/0/000 hash 3",
        "at least 7, which was signed",
    ],
)
def test_words_with_values_are_found(translated: None, text: str) -> None:
    assert audit_words.words(text).startswith("译 ")


def test_a_status_is_called_as_elsewhere_with_its_code(client: FlaskClient) -> None:
    finding = AuditFinding(field="filing.status", position=None)
    with client.application.test_request_context("/"):
        assert (
            audit_words.side(finding, "one of: submitted, under_examination")
            == "one of: Submitted (submitted), Under examination (under_examination)"
        )
        assert audit_words.side(finding, "withdrawn") == "Withdrawn (withdrawn)"
        assert audit_words.side(finding, "gone") == "gone"
        tag = client.application.jinja_env.get_template("macros/ui.html").module.status_tag
        assert set(STATUSES) == set(audit_words.STATUSES)
        for status in STATUSES:
            assert audit_words.STATUSES[status] in tag(status)


def test_every_sentence_of_a_finding_is_known_to_the_translation() -> None:
    unknown = {text for text in _literals() if audit_words.words_key(text) is None}
    assert unknown == set()


def test_every_sentence_that_is_put_together_is_known_to_the_translation() -> None:
    found = [
        text for call in _calls() for item in call.args if isinstance(item, ast.JoinedStr) for text in [_parts(item)]
    ]
    assert len(found) > 30
    unknown = {"{}".join(parts) for parts in found if _is_sentence(parts) and not _is_known(parts)}
    assert unknown == VALUES


def test_every_reason_that_a_finding_quotes_is_known_to_the_translation() -> None:
    found = list(_reasons())
    assert len(found) > 90
    assert {"{}".join(parts) for parts in found if not _is_known(parts)} == set()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("none: tile 0/0 is too short for hash 3", "译 none: 译 tile 0/0 is too short for hash 3"),
        ("the answer is malformed: Incorrect padding", "译 the answer is malformed: Incorrect padding"),
        ("former log ipplatform.example/log", "译 former log ipplatform.example/log"),
        ("time/renewal-001-east (row)", "译 time/renewal-001-east (row)"),
        (
            "no signature by 00ff but of sizes from 3 to before 9",
            "译 no signature by 00ff but of sizes from 3 to before 9",
        ),
    ],
)
def test_a_reason_within_a_sentence_is_translated_as_well(translated: None, text: str, said: str) -> None:
    assert audit_words.words(text) == said


def _calls() -> Iterator[ast.Call]:
    for path in sorted((tree.ROOT / "ipplatform" / "domain").rglob("*.py")):
        if path.name != "fsck.py":
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKING:
                    yield node


def _reasons() -> Iterator[list[str]]:
    """What the errors say whose text becomes what was found."""
    for path in (EVIDENCE / "tree.py", *sorted(path for part in QUOTING for path in (EVIDENCE / part).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                said = node.exc.args[0]
                if ast.unparse(node.exc.func).rpartition(".")[2] in QUOTED and not _is_value(said):
                    parts = _parts(said)
                    if not any("Run `ipplatform" in part for part in parts):  # for whoever runs commands
                        yield parts


def _is_value(said: ast.expr) -> bool:
    return not isinstance(said, ast.Constant | ast.JoinedStr)


def _parts(text: ast.expr) -> list[str]:
    """The constant parts, between which values stand."""
    if isinstance(text, ast.Constant):
        return [str(text.value)]
    assert isinstance(text, ast.JoinedStr)
    parts = [""]
    for piece in text.values:
        if isinstance(piece, ast.Constant):
            parts[-1] += str(piece.value)
        else:
            parts.append("")
    return parts


def _is_sentence(parts: list[str]) -> bool:
    return " " in "x".join(parts)


def _is_known(parts: list[str]) -> bool:
    for values in product(SAMPLES, repeat=len(parts) - 1):
        pieces = zip(parts, (*values, ""), strict=True)
        if audit_words.words_key("".join(part + value for part, value in pieces)) is not None:
            return True
    return False


def _literals() -> Iterator[str]:
    """Constant sentences in the calls that make findings of an audit; those of fsck are for the command line."""
    for path in sorted((tree.ROOT / "ipplatform" / "domain").rglob("*.py")):
        if path.name == "fsck.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMED:
                yield from (
                    item.value
                    for item in node.args
                    if isinstance(item, ast.Constant) and isinstance(item.value, str) and " " in item.value
                )
