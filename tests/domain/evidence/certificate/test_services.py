"""Issued once for a state of evidence, kept, checked by the audit, and destroyed with the filing."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import typst
from flask import Flask
from pypdfium2 import PdfDocument
from sqlalchemy import delete, select, text

from ipplatform.domain.accounts.actor import ANONYMOUS, SYSTEM
from ipplatform.domain.audit.models import AuditEntry
from ipplatform.domain.evidence import queries as log
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.audit import runs
from ipplatform.domain.evidence.bundle import archive, contents
from ipplatform.domain.evidence.certificate import queries, services
from ipplatform.domain.evidence.certificate.models import Certificate
from ipplatform.domain.evidence.models import AuditFinding
from ipplatform.domain.evidence.time import stamping
from ipplatform.foundation import clock, fonts
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import Conflict, DomainError, Forbidden, Gone, Invalid, NotFound, Unauthenticated
from tests.authorities import MakeAuthority
from tests.databases import both_databases
from tests.domain.evidence.time.conftest import written
from tests.factories import filings, member, office_person
from tests.factories.accounts import actor_of
from tests.factories.certificates import filer, issued
from tests.factories.erasure import make_scene, registered
from tests.factories.evidence import make_record, make_records


def bundle(filing: str, *, with_filing: bool = True) -> dict[str, bytes]:
    with transaction(reads_only=True):
        record = log.record_by_filing(filing)
        assert record is not None
        return {item.name: b"".join(item.chunks()) for item in contents.members(record, with_filing=with_filing)}


def zipped(filing: str) -> bytes:
    with transaction(reads_only=True):
        record = log.record_by_filing(filing)
        assert record is not None
        return b"".join(archive.stream(contents.members(record, with_filing=True)))


@both_databases
def test_the_same_evidence_gives_the_same_bytes_and_a_language_of_its_own(app: Flask) -> None:
    actor = filer()
    first = issued(actor)
    make_records(3)
    sequencer.run_once()
    with clock.shifted(timedelta(days=30)):
        again = services.certificate(actor=actor, filing=first.filing, language="en")
        chinese = services.certificate(actor=actor, filing=first.filing, language="zh")
    assert again == first
    assert chinese.content != first.content
    assert (chinese.language, chinese.stamped_by) == ("zh", None)
    with transaction(reads_only=True):
        assert db.session.query(Certificate).count() == 2


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            (
                "Application for registration · Patent",
                r"[0-9:]{8} UTC\+8 \(([0-9]+ \w+ \d{4}, )?[0-9:]{8} UTC\), as the platform states",
                r"number \d+ \(numbers begin at 0; \d+ in all\)",
            ),
        ),
        (
            "zh",
            (
                "登记申请 · 发明专利",
                r"[0-9:]{8} UTC\+8（协调世界时 (\d{4}年\d+月\d+日 )?[0-9:]{8}），以平台陈述为准",
                r"第 \d+ 号（编号从 0 开始，共 \d+ 个条目）",
            ),
        ),
    ],
)
def test_the_page_says_what_it_is_on_which_clocks_and_where(app: Flask, language: str, said: tuple[str, ...]) -> None:
    actor = filer()
    made = services.certificate(actor=actor, filing=issued(actor).filing, language=language)
    document = PdfDocument(made.content)
    assert len(document) == 1
    page = " ".join(document[0].get_textpage().get_text_range().replace("\u200b", "").split())
    for pattern in said:
        assert re.search(pattern, page), page


@both_databases
def test_those_who_ask_at_once_get_the_same(app: Flask) -> None:
    actor = filer()
    filing = filings.submitted(actor).public_id
    got: list[Any] = []

    def ask() -> None:
        with app.app_context():
            got.append(services.certificate(actor=actor, filing=filing, language="en").content)
            db.session.remove()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(got) == 3
    assert len(set(got)) == 1


def test_before_inclusion_there_is_none(app: Flask) -> None:
    actor = filer()
    filing = filings.submitted(actor, sequenced=False)
    with pytest.raises(Conflict) as refused:
        services.certificate(actor=actor, filing=filing.public_id, language="en")
    assert refused.value.code == "awaiting_inclusion"
    assert "awaits inclusion" in str(refused.value)


def refusal(actor: Any, filing: str, language: str = "en") -> type[DomainError]:
    with pytest.raises(DomainError) as refused:
        services.certificate(actor=actor, filing=filing, language=language)
    return type(refused.value)


def test_what_is_not_published_is_for_its_organisation_auditors_and_the_registrar_on_the_case(app: Flask) -> None:
    actor = filer()
    filing, examiner = filings.taken(actor)
    for reader in (actor, examiner, actor_of(office_person("auditor")), SYSTEM):
        assert services.certificate(actor=reader, filing=filing.public_id, language="en").content
    for stranger in (actor_of(*member("filer")), actor_of(office_person("registrar"))):
        assert refusal(stranger, filing.public_id) is Forbidden
    assert refusal(actor_of(office_person("administrator")), filing.public_id) is Forbidden
    assert refusal(ANONYMOUS, filing.public_id) is Unauthenticated
    assert refusal(replace(actor, scopes=frozenset({"market:read"})), filing.public_id) is Forbidden
    assert refusal(actor, "0" * 16) is NotFound
    assert refusal(actor, filing.public_id, "fr") is Invalid
    assert refusal(SYSTEM, make_record().public_id) is NotFound
    with transaction(reads_only=True):
        read = select(AuditEntry.detail).where(AuditEntry.action == "filing.certificate").order_by(AuditEntry.id)
        assert [detail["role"] for detail in db.session.scalars(read)] == ["member", "registrar", "auditor", "system"]


def test_what_the_register_publishes_is_for_everybody_and_nothing_that_went_before(app: Flask) -> None:
    scene = make_scene()
    filing = registered(scene)
    sequencer.run_once()
    assert services.certificate(actor=ANONYMOUS, filing=filing.public_id, language="en").content
    assert "certificate.pdf" in bundle(filing.public_id, with_filing=False)
    with transaction(reads_only=True):
        decision = log.history(filing.asset)[-1]
    assert decision.kind == "office_decision"
    assert refusal(ANONYMOUS, decision.public_id) is Unauthenticated


def test_a_bundle_carries_it_once_it_was_issued_and_a_second_language_changes_nothing(app: Flask) -> None:
    actor = filer()
    filing = filings.submitted(actor)
    before = bundle(filing.public_id)
    assert "certificate.pdf" not in before
    assert b"certificate.pdf" not in before["README.txt"] + before["VERIFY.txt"]
    first = services.certificate(actor=actor, filing=filing.public_id, language="zh")
    carried = zipped(filing.public_id)
    services.certificate(actor=actor, filing=filing.public_id, language="en")
    assert zipped(filing.public_id) == carried
    after = bundle(filing.public_id)
    assert after["certificate.pdf"] == first.content
    assert b"never the root of trust" in after["README.txt"]
    assert b"pdfsig -nocert certificate.pdf" in after["VERIFY.txt"]
    assert list(after)[-1] == "certificate.pdf"
    assert "certificate.pdf" not in bundle(filing.public_id, with_filing=False)


def test_a_stamp_of_the_log_is_new_evidence_and_a_new_certificate(app: Flask, make_authority: MakeAuthority) -> None:
    actor = filer()
    first = issued(actor)
    authority = make_authority()
    file = written(app.config["SETTINGS"].data_dir / "authorities.toml", authority)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], time_authorities=file)
    authority.fault = "error"
    assert services.certificate(actor=actor, filing=first.filing, language="en") == first
    authority.fault = ""
    stamping.stamp_newest()
    later = services.certificate(actor=actor, filing=first.filing, language="en")
    assert later.content != first.content
    assert (first.stamped_by, later.stamped_by) == (None, "northclock")
    assert bundle(first.filing)["certificate.pdf"] == later.content


@pytest.mark.parametrize("fault", ["refuse", "error", "garbage", "silent"])
def test_an_authority_that_fails_costs_the_time_stamp_and_never_the_certificate(
    app: Flask, make_authority: MakeAuthority, fault: str
) -> None:
    authority = make_authority()
    file = written(app.config["SETTINGS"].data_dir / "authorities.toml", authority)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], time_authorities=file)
    authority.fault = fault
    actor = filer()
    assert issued(actor).stamped_by is None
    authority.fault, asked = "", authority.asked
    assert issued(actor).stamped_by is None
    assert authority.asked == asked
    with clock.shifted(services.PAUSE):
        assert issued(actor).stamped_by == "northclock"


@both_databases
def test_once_an_authority_answers_again_the_next_download_is_stamped_and_logged(
    app: Flask, make_authority: MakeAuthority
) -> None:
    authority = make_authority()
    file = written(app.config["SETTINGS"].data_dir / "authorities.toml", authority)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], time_authorities=file)
    authority.fault = "silent"
    actor = filer()
    first = issued(actor)
    chinese = services.certificate(actor=actor, filing=first.filing, language="zh")
    assert (first.stamped_by, chinese.stamped_by) == (None, None)
    with clock.shifted(services.PAUSE):
        assert services.certificate(actor=actor, filing=first.filing, language="en") == first
        assert bundle(first.filing)["certificate.pdf"] == first.content
    authority.fault = ""
    asked = authority.asked
    with clock.shifted(2 * services.PAUSE + timedelta(seconds=5)):
        anew = services.certificate(actor=actor, filing=first.filing, language="en")
        assert (anew.stamped_by, authority.asked) == ("northclock", asked + 1)
        assert anew.content != first.content
        assert anew.issued_at > first.issued_at
        assert bundle(first.filing)["certificate.pdf"] == anew.content
        assert services.certificate(actor=actor, filing=first.filing, language="en") == anew
        assert authority.asked == asked + 1
        assert services.certificate(actor=actor, filing=first.filing, language="zh").stamped_by == "northclock"
        assert bundle(first.filing)["certificate.pdf"] == anew.content
    with transaction(reads_only=True):
        logged = select(AuditEntry.subject, AuditEntry.detail).where(AuditEntry.action == "filing.certificate_anew")
        found = [(subject, detail["language"], detail["stamped_by"]) for subject, detail in db.session.execute(logged)]
        assert found == [(first.filing, "en", "northclock"), (first.filing, "zh", "northclock")]
        assert len(queries.issued(log.record_by_filing_id(first.filing) or 0)) == 4
    assert findings() == []


def test_a_key_that_has_ended_leaves_the_unstamped_certificate_the_answer(
    app: Flask, make_authority: MakeAuthority
) -> None:
    actor = filer()
    first = issued(actor)
    file = written(app.config["SETTINGS"].data_dir / "authorities.toml", make_authority())
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], time_authorities=file)
    with clock.shifted(timedelta(days=3700)):
        assert services.certificate(actor=actor, filing=first.filing, language="en") == first


def test_without_a_usable_key_it_is_said_and_nothing_is_kept(app: Flask) -> None:
    actor = filer()
    filing = filings.submitted(actor)
    with clock.shifted(timedelta(days=3700)), pytest.raises(Conflict) as refused:
        services.certificate(actor=actor, filing=filing.public_id, language="en")
    assert refused.value.code == "certificate_key"
    with transaction(reads_only=True):
        assert queries.issued(log.record_by_filing_id(filing.public_id) or 0) == []


def test_without_a_font_for_the_language_it_is_said(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = typst.compile

    def without_chinese(*arguments: Any, **options: Any) -> bytes:
        if json.loads(options["sys_inputs"]["data"])["language"] == "zh":
            raise typst.TypstError('the text `"申"` could not be displayed with font `"x"`')
        return bytes(compiled(*arguments, **options))

    monkeypatch.setattr(typst, "compile", without_chinese)
    actor = filer()
    first = issued(actor)
    with pytest.raises(Conflict) as refused:
        services.certificate(actor=actor, filing=first.filing, language="zh")
    assert refused.value.code == "certificate_font"
    monkeypatch.undo()
    looked = fonts.installed.cache_info().misses
    services.certificate(actor=actor, filing=first.filing, language="zh")
    assert fonts.installed.cache_info().misses == looked + 1, "fonts are looked for again after one was missing"
    issued(actor)
    assert fonts.installed.cache_info().misses == looked + 1


@both_databases
def test_erasure_destroys_every_certificate_and_none_is_issued_again(app: Flask) -> None:
    scene = make_scene()
    filing = registered(scene)
    sequencer.run_once()
    for language in ("en", "zh"):
        services.certificate(actor=scene.holder, filing=filing.public_id, language=language)
    scene.erase(filing)
    with transaction(reads_only=True):
        assert db.session.query(Certificate).count() == 0
    for reader in (scene.holder, SYSTEM):
        with pytest.raises(Gone):
            services.certificate(actor=reader, filing=filing.public_id, language="en")
    assert "certificate.pdf" not in bundle(filing.public_id)
    assert findings() == []


def findings() -> list[tuple[str, str]]:
    """(record, field) of what a whole audit finds."""
    db.session.remove()
    with transaction():
        run = runs.begin(actor=SYSTEM, scope=runs.FULL, in_background=False)
    for _ in runs.drive(run):
        pass
    with transaction(reads_only=True):
        found = db.session.scalars(select(AuditFinding).where(AuditFinding.audit_id == run.id))
        return [(one.record, one.field) for one in found]


def flip(column: str) -> None:
    with transaction():
        [(identity, value)] = db.session.execute(text(f"SELECT id, {column} FROM evidence_certificate")).all()
        changed = bytearray(value)
        changed[len(changed) // 2] ^= 1
        statement = text(f"UPDATE evidence_certificate SET {column} = :value WHERE id = :id")
        db.session.execute(statement, {"value": bytes(changed), "id": identity})


def assign(column: str, value: str) -> None:
    with transaction():
        db.session.execute(text(f"UPDATE evidence_certificate SET {column} = {value}"))


@both_databases
@pytest.mark.parametrize("column", ["content", "signer_sha256", "seal"])
def test_a_changed_byte_is_named_with_its_record(app: Flask, column: str) -> None:
    actor = filer()
    kept = issued(actor)
    other = filings.submitted(actor).public_id
    assert findings() == []
    flip(column)
    found = findings()
    assert {record for record, _field in found} == {kept.filing}
    assert other not in str(found)
    if column == "content":
        assert found == [(kept.filing, "evidence_certificate.content")]
        with pytest.raises(Conflict) as refused:
            services.certificate(actor=actor, filing=kept.filing, language="en")
        assert refused.value.code == "certificate_damaged"


@both_databases
@pytest.mark.parametrize(
    ("column", "value"),
    [("language", "'zh'"), ("checkpoint_size", "7"), ("stamped_by", "'nobody'"), ("basis", f"'{'0' * 64}'")],
)
def test_a_changed_column_is_named_with_its_record(app: Flask, column: str, value: str) -> None:
    kept = issued(filer())
    assign(column, value)
    assert findings() == [(kept.filing, f"evidence_certificate.{column}")]


def test_one_left_over_after_an_erasure_is_named(app: Flask) -> None:
    scene = make_scene()
    filing = registered(scene)
    sequencer.run_once()
    services.certificate(actor=scene.holder, filing=filing.public_id, language="en")
    with transaction(reads_only=True):
        row = db.session.execute(text("SELECT * FROM evidence_certificate")).one()._mapping
    scene.erase(filing)
    erased = filing.public_id
    with transaction():
        names = ", ".join(row)
        values = ", ".join(f":{name}" for name in row)
        db.session.execute(text(f"INSERT INTO evidence_certificate ({names}) VALUES ({values})"), dict(row))
    assert findings() == [(erased, "evidence_certificate")]
    with transaction():
        db.session.execute(delete(Certificate))
    assert findings() == []
