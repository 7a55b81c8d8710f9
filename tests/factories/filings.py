"""Applications in every state, made through the services like anybody's."""

from __future__ import annotations

from typing import Any

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.models import Organisation, Person
from ipplatform.domain.assets import documents
from ipplatform.domain.assets.models import Document
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.filings import services
from ipplatform.domain.filings.models import Filing
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.ids import new_public_id
from tests.factories.accounts import actor_of, office_person

CLAIMS = """1. A cooling plate for battery cells, with a channel that carries a liquid.

2. The cooling plate of claim 1, in which the channel meanders."""


def patent_fields(**changes: Any) -> dict[str, Any]:
    """Answers that make a patent application complete without any document; None leaves one out."""
    fields = {
        "title": "Cooling plate for battery cells",
        "language": "en",
        "abstract": "A plate with a channel carries heat away from battery cells.",
        "claims": CLAIMS,
        "description": "Battery cells become hot. A plate with a channel keeps them at one temperature.",
        "inventors": [{"name": "Wen Ling", "country": "CN"}],
        "owners": [{"name": "Northfield Cells Ltd", "country": "GB", "share": "1/1"}],
        "classes": "H01M 10/0525",
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def png(content: bytes = b"a drawing") -> bytes:
    return b"\x89PNG\r\n\x1a\n" + content


def received(
    actor: Actor, organisation: Organisation, name: str = "drawing.png", content: bytes | None = None
) -> Document:
    """A document uploaded for the organisation."""
    with transaction():
        return documents.receive(actor=actor, stream=[content or png()], name=name, organisation_id=organisation.id)


def draft(actor: Actor, kind: str = "patent", **answers: Any) -> Filing:
    """A draft with these answers, or those of a complete patent."""
    fields = answers or patent_fields()
    with transaction():
        filing = services.start_draft(actor=actor, asset_kind=kind)
        from ipplatform.domain.filings import kinds

        for task in kinds.of(kind).tasks:
            services.save_draft(actor=actor, filing_id=filing.id, task=task.name, answers=fields)
    return filing


def submitted(actor: Actor, *, sequenced: bool = True, **answers: Any) -> Filing:
    """A submitted patent application, in a signed checkpoint unless ``sequenced`` says otherwise."""
    filing = draft(actor, **answers)
    with transaction():
        services.submit(actor=actor, filing_id=filing.id, idempotency_key=new_public_id())
    if sequenced:
        sequencer.run_once()
    return filing


def taken(actor: Actor, registrar: Person | None = None, **answers: Any) -> tuple[Filing, Actor]:
    """An application under examination and the actor of its registrar."""
    examiner = actor_of(registrar or office_person("registrar"))
    filing = submitted(actor, **answers)
    with transaction():
        services.take(actor=examiner, filing_id=filing.id)
    return filing, examiner


def decided(actor: Actor, outcome: str = "register", reason: str = "The claims are unclear.") -> tuple[Filing, Actor]:
    """A decided application and the actor of its registrar."""
    filing, examiner = taken(actor)
    reasons = [] if outcome == "register" else [{"field": "claims", "text": reason}]
    with transaction():
        services.decide(actor=examiner, filing_id=filing.id, outcome=outcome, reasons=reasons)
    sequencer.run_once()
    return filing, examiner


def look_again() -> None:
    """Let the test's own session see what requests committed since it last looked."""
    db.session.rollback()
    db.session.expire_all()
