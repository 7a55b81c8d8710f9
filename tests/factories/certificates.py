"""Certificates of filings, and what other people's tools say of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.certificate import services
from ipplatform.domain.evidence.certificate.services import Issued
from tests.factories import filings
from tests.factories.accounts import actor_of, member
from tests.factories.evidence import make_record


def filer() -> Actor:
    return actor_of(*member("filer"))


def issued(actor: Actor, *, language: str = "en", **answers: object) -> Issued:
    """The certificate of a submitted patent application, in a signed checkpoint."""
    filing = filings.submitted(actor, **filings.patent_fields(**answers))
    return services.certificate(actor=actor, filing=filing.public_id, language=language)


def issued_for(title: str, *, language: str = "en") -> Issued:
    """The certificate of a filing whose title no form would take, from an importer or of another day."""
    actor = filer()
    owners = [{"name": title}, *({"name": f"Owner {number}"} for number in range(50))]
    record = make_record(
        organisation_id=actor.organisation_id,
        fields={"title": title, "owners": owners},
        submitter={"office": False, "organisation_name": title},
    )
    sequencer.run_once()
    return services.certificate(actor=actor, filing=record.public_id, language=language)


def said(file: Path, *command: str) -> str:
    """What a tool of poppler prints about the file; its complaints about tags are none of ours."""
    ended = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False, timeout=60)
    return ended.stdout
