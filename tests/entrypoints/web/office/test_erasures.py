"""The way of a request through the pages of both sides, and what everybody reads afterwards."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.assets.models import Document
from ipplatform.domain.audit.models import AuditEntry
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.bundle.reader import Bundle
from ipplatform.domain.evidence.erasure.models import ErasureRequest, LegalHold
from ipplatform.domain.filings.models import Filing
from ipplatform.foundation import jobs
from ipplatform.foundation.db import db
from ipplatform.foundation.ids import display_id
from tests.conftest import SignIn
from tests.factories import actor_of, office_person
from tests.factories.erasure import Scene, make_scene, registered
from tests.factories.filings import look_again

WHY = {"ground": "consent_withdrawn", "words": "Ms Wen asks for it."}


@pytest.fixture
def scene(app: Flask) -> Scene:
    return make_scene()


@pytest.fixture
def made(scene: Scene) -> Filing:
    return registered(scene, drawing=b"a drawing")


class _Browsers:
    def __init__(self, app: Flask, sign_in: SignIn, scene: Scene) -> None:
        self._app, self._sign_in, self._scene = app, sign_in, scene

    def of(self, actor: Actor) -> FlaskClient:
        organisation = self._scene.organisation if actor.organisation_id else None
        return self._sign_in(self._app.test_client(), accounts.person(actor.person_id or 0), organisation)


@pytest.fixture
def browsers(app: Flask, sign_in: SignIn, scene: Scene) -> _Browsers:
    return _Browsers(app, sign_in, scene)


def _newest(model: Any) -> Any:
    look_again()
    return db.session.scalars(select(model).order_by(model.id.desc())).first()


def test_a_request_goes_from_the_holder_over_two_registrars_to_every_page(
    scene: Scene, made: Filing, browsers: _Browsers
) -> None:
    holder, first, second = (browsers.of(actor) for actor in (scene.holder, *scene.registrars[:2]))
    number, asset = made.public_id, made.asset
    document = db.session.scalars(select(Document.public_id)).one()
    assert holder.post(f"/filings/{number}/erasure", data={"ground": "consent_withdrawn"}).status_code == 422
    assert holder.post(f"/filings/{number}/erasure", data=WHY).status_code == 303
    request = _newest(ErasureRequest).public_id
    assert display_id(request) in first.get("/office/erasures").text
    assert first.post(f"/office/erasures/{request}/approve").status_code == 303
    assert first.post(f"/office/erasures/{request}/approve").status_code == 403
    assert "Yours is the second approval" in second.get(f"/office/erasures/{request}").text
    assert second.post(f"/office/erasures/{request}/approve").status_code == 303
    look_again()
    sequencer.run_once()
    jobs.run_all()

    shown = f"under request {display_id(request)}"
    anybody, auditor = holder.application.test_client(), browsers.of(actor_of(office_person("auditor")))
    for client, path in (
        (holder, f"/filings/{number}"),
        (holder, f"/filings/{number}/erasure"),
        (anybody, f"/records/{number}"),
        (anybody, f"/register/{asset}"),
        (auditor, f"/office/audit/records/{number}"),
        (auditor, f"/office/filings/{number}"),
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert shown in answer.text, path
        assert "Cooling plate" not in answer.text, path
    for client, path in (
        (holder, f"/filings/{number}/documents/{document}"),
        (anybody, f"/register/{asset}/documents/{document}"),
        (auditor, f"/office/filings/{number}/documents/{document}"),
    ):
        gone = client.get(path)
        assert (gone.status_code, shown in gone.text) == (410, True), path
    for client in (holder, anybody):
        bundle = client.get(f"/filings/{number}/evidence")
        assert (bundle.status_code, bundle.mimetype) == (200, "application/zip")
        with Bundle(io.BytesIO(bundle.data)) as opened:
            assert "erasure/entry.json" in opened.names
            assert not any(name.startswith("filing/") for name in opened.names)
            assert shown.encode() in opened.read("README.txt")


def test_a_refusal_is_read_on_the_holders_page(scene: Scene, made: Filing, browsers: _Browsers) -> None:
    request, registrar = scene.ask(made).public_id, browsers.of(scene.registrars[0])
    assert registrar.post(f"/office/erasures/{request}/refuse", data={"because": "no_ground"}).status_code == 422
    said = {"because": "legal_claims", "words": "A court asked us to keep it."}
    assert registrar.post(f"/office/erasures/{request}/refuse", data=said).status_code == 303
    page = browsers.of(scene.holder).get(f"/filings/{made.public_id}/erasure").text
    assert "A court asked us to keep it." in page
    assert "Ask the office to erase it" in page


def test_a_hold_is_seen_by_the_holder_without_its_reason_and_lifted_by_two(
    scene: Scene, made: Filing, browsers: _Browsers
) -> None:
    first, second = browsers.of(scene.registrars[0]), browsers.of(scene.registrars[1])
    said = {"subject": display_id(made.public_id), "reason": "Fraud.", "authority": "A court", "reference": "12 O 7"}
    assert first.post("/office/holds", data=said | {"until": "2001-01-01"}).status_code == 422
    assert first.post("/office/holds", data=said).status_code == 303
    hold = _newest(LegalHold).public_id
    page = browsers.of(scene.holder).get(f"/filings/{made.public_id}/erasure").text
    assert "Legal hold" in page
    assert "Fraud" not in page
    assert first.post(f"/office/holds/{hold}/ask", data={"reason": "Settled."}).status_code == 303
    assert first.post(f"/office/holds/{hold}/lift").status_code == 403
    assert second.post(f"/office/holds/{hold}/lift").status_code == 303
    assert "Legal hold" not in browsers.of(scene.holder).get(f"/filings/{made.public_id}/erasure").text


def test_an_auditors_reading_of_a_request_is_recorded(scene: Scene, made: Filing, browsers: _Browsers) -> None:
    request, auditor = scene.ask(made).public_id, browsers.of(actor_of(office_person("auditor")))
    assert auditor.get(f"/office/erasures/{request}").status_code == 200
    assert auditor.post(f"/office/erasures/{request}/approve").status_code == 404
    assert _newest(AuditEntry).action == "erasure.read"
