"""The demo's filings: drafted, submitted, examined, each as far as its content says."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import select

from ipplatform.demo import people, reading
from ipplatform.demo.documents import Made, documents_of
from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.assets import documents
from ipplatform.domain.assets import queries as registered
from ipplatform.domain.assets.models import Asset
from ipplatform.domain.filings import kinds, services
from ipplatform.domain.filings.models import Filing
from ipplatform.foundation.db import db

DRAFT, SUBMITTED, WITHDRAWN = "draft", "submitted", "withdrawn"
UNDER_EXAMINATION, DEFICIENT, ANSWERED = "under_examination", "deficient", "answered"
REGISTERED, REFUSED = "registered", "refused"
EXAMINED = (UNDER_EXAMINATION, DEFICIENT, ANSWERED, REGISTERED, REFUSED)


def submit_company(slug: str) -> None:
    """Draft every asset of a company and submit those that are not to stay drafts."""
    actor = people.actor_of(slug)
    assets = reading.companies()[slug]["assets"]
    for asset in assets:
        if outcome_of(asset) == DRAFT:
            _draft(actor, slug, asset)
    submitted = [asset for asset in assets if outcome_of(asset) != DRAFT]
    with ThreadPoolExecutor(1) as drawing_ahead:
        for asset, made in zip(submitted, drawing_ahead.map(documents_of, submitted), strict=True):
            _submit(actor, slug, asset, made)


def examine_company(slug: str) -> None:
    """Take and decide what a company submitted; withdraw and answer where the content says so."""
    holder, registrar = people.actor_of(slug), people.registrar()
    for asset in reading.companies()[slug]["assets"]:
        outcome = outcome_of(asset)
        if outcome == WITHDRAWN:
            services.withdraw(actor=holder, filing_id=_case(slug, asset).id, reason="The product was given up.")
        elif outcome in EXAMINED:
            _examine(holder, registrar, _case(slug, asset), asset)


def outcome_of(asset: dict[str, Any]) -> str:
    found: str = asset.get("outcome", REGISTERED)
    return found


def asset_of(reference: str) -> Asset:
    """The registered asset of ``company/asset``."""
    slug, key = reference.split("/")
    found = registered.asset(_case(slug, {"key": key}).asset or "")
    assert found is not None
    return found


def fields_of(slug: str, asset: dict[str, Any]) -> dict[str, Any]:
    """Answers to the kind's tasks, as a person would type them."""
    kind = kinds.of(asset["kind"])
    asked = {name for task in kind.tasks for name in task.schema().fields}
    company = reading.companies()[slug]
    owners = asset.get("owners", [f"{company['name']}, {company['country']}, 1"])
    typed = {
        **{name: value.strip() if isinstance(value, str) else value for name, value in asset.items()},
        "inventors": [dict(zip(("name", "country"), _parts(line), strict=True)) for line in asset["inventors"]],
        "owners": [dict(zip(("name", "country", "share"), _parts(line), strict=True)) for line in owners],
    }
    return {name: value for name, value in typed.items() if name in asked}


def _parts(line: str) -> list[str]:
    """``Ostrel Pte. Ltd., SG, 1/2`` from its end, since names may hold commas."""
    return line.rsplit(", ", 2 if "/" in line or line.endswith(", 1") else 1)


def _draft(actor: Actor, slug: str, asset: dict[str, Any]) -> None:
    draft = services.start_draft(actor=actor, asset_kind=asset["kind"])
    fields = fields_of(slug, asset)
    for task in kinds.of(asset["kind"]).tasks:
        answers = {name: fields[name] for name in task.schema().fields if name in fields}
        if answers:
            services.save_draft(actor=actor, filing_id=draft.id, task=task.name, answers=answers)


def _submit(actor: Actor, slug: str, asset: dict[str, Any], attached: list[Made]) -> None:
    assert actor.organisation_id is not None
    received = [
        (
            made.role,
            documents.receive(
                actor=actor,
                stream=io.BytesIO(made.content),
                name=made.name,
                organisation_id=actor.organisation_id,
            ).public_id,
        )
        for made in attached
    ]
    services.submit_new(
        actor=actor,
        organisation_id=actor.organisation_id,
        asset_kind=asset["kind"],
        fields=fields_of(slug, asset),
        documents=received,
        idempotency_key=_key(slug, asset),
    )


def _examine(holder: Actor, registrar: Actor, case: Filing, asset: dict[str, Any]) -> None:
    outcome = outcome_of(asset)
    services.take(actor=registrar, filing_id=case.id)
    reasons = [{"field": "claims", "text": asset["deficiency"]}] if "deficiency" in asset else []
    if outcome == REGISTERED:
        services.decide(actor=registrar, filing_id=case.id, outcome="register")
    elif outcome == REFUSED:
        services.decide(actor=registrar, filing_id=case.id, outcome="refuse", reasons=reasons)
    elif outcome in (DEFICIENT, ANSWERED):
        services.decide(actor=registrar, filing_id=case.id, outcome="deficient", reasons=reasons)
    if outcome == ANSWERED:
        _answer(holder, case, asset)


def _answer(holder: Actor, case: Filing, asset: dict[str, Any]) -> None:
    answer = services.start_answer(actor=holder, filing_id=case.id)
    services.save_draft(actor=holder, filing_id=answer.id, task="claims", answers={"claims": asset["answer"].strip()})
    services.submit(actor=holder, filing_id=answer.id, idempotency_key=f"{case.idempotency_key}/answer")


def _case(slug: str, asset: dict[str, Any]) -> Filing:
    found = select(Filing).where(
        Filing.organisation_id == people.actor_of(slug).organisation_id, Filing.idempotency_key == _key(slug, asset)
    )
    return db.session.scalars(found).one()


def _key(slug: str, asset: dict[str, Any]) -> str:
    return f"demo/{slug}/{asset['key']}"
