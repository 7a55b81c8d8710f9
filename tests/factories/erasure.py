"""Requests for erasure, as far along as a test needs them."""

from __future__ import annotations

from dataclasses import dataclass, field

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.erasure import services
from ipplatform.domain.evidence.erasure.models import ErasureRequest
from ipplatform.domain.filings.models import Filing
from ipplatform.foundation import jobs
from ipplatform.foundation.db import transaction
from tests.factories import actor_of, member, office_person
from tests.factories import filings as filing


@dataclass
class Scene:
    """An organisation whose administrator also files, and registrars of the office."""

    holder: Actor
    organisation: Organisation
    registrars: list[Actor] = field(default_factory=list)

    def ask(self, found: Filing | str, actor: Actor | None = None) -> ErasureRequest:
        name = found if isinstance(found, str) else found.public_id
        with transaction():
            return services.request(
                actor=actor or self.holder, filing=name, ground="consent_withdrawn", words="Ms Wen asks for it."
            )

    def approve(self, request: ErasureRequest, *registrars: int) -> ErasureRequest:
        for number in registrars or (0, 1):
            with transaction():
                services.approve(actor=self.registrars[number], request=request.public_id)
        return request

    def erase(self, found: Filing) -> ErasureRequest:
        """Asked, approved by two, executed, logged, and the files destroyed."""
        request = self.approve(self.ask(found))
        sequencer.run_once()
        jobs.run_all()
        return request


def make_scene() -> Scene:
    person, organisation = member("administrator", "filer")
    registrars = [actor_of(office_person("registrar")) for _ in range(3)]
    return Scene(actor_of(person, organisation), organisation, registrars)


def registered(scene: Scene, *, drawing: bytes | None = None, **answers: object) -> Filing:
    """A registered patent, with a drawing whose bytes are `drawing`."""
    from ipplatform.domain.filings import services as filings
    from ipplatform.foundation.ids import new_public_id

    made = filing.draft(scene.holder, **filing.patent_fields(**answers))
    if drawing is not None:
        document = filing.received(scene.holder, scene.organisation, content=filing.png(drawing))
        with transaction():
            filings.attach(actor=scene.holder, filing_id=made.id, role="drawings", document=document)
    with transaction():
        filings.submit(actor=scene.holder, filing_id=made.id, idempotency_key=new_public_id())
    sequencer.run_once()
    examiner = scene.registrars[2]
    with transaction():
        filings.take(actor=examiner, filing_id=made.id)
        filings.decide(actor=examiner, filing_id=made.id, outcome="register")
    sequencer.run_once()
    return made
