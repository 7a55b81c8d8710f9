"""One real thing of every kind that a route may name, for tests that ask every route."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field

from sqlalchemy import select

from ipplatform.domain.accounts import services, sessions
from ipplatform.domain.accounts.models import ApiToken, LoginSession, Organisation, Person
from ipplatform.domain.assets.importing import runs as imports
from ipplatform.domain.evidence import keys, sequencer
from ipplatform.domain.evidence import queries as evidence
from ipplatform.domain.evidence.audit import runs as audits
from ipplatform.domain.evidence.erasure import holds
from ipplatform.domain.evidence.erasure import services as erasures
from ipplatform.domain.evidence.holder import services as holder_services
from ipplatform.domain.evidence.succession.models import FormerLog
from ipplatform.domain.filings import queries as filing_queries
from ipplatform.domain.filings import services as filing_services
from ipplatform.domain.marketplace import index
from ipplatform.foundation import clock, jobs, settings
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.ids import new_public_id
from ipplatform.foundation.jobs import Outbox
from tests.factories import actor_of, bearer, holder, licensing, make_organisation, make_person, member, office_person
from tests.factories import assets as asset
from tests.factories import filings as filing
from tests.factories import marketplace as market

MEMBER_ROLES = ("administrator", "filer", "dealer", "signatory", "viewer")
OFFICE_ROLES = ("registrar", "auditor", "office administrator")


@dataclass
class World:
    """Plain values, so that a copy of the database can be asked without the session that made it.

    ``things`` holds ids as they stand in addresses, by name; ``sessions`` a browser session's token and ``bearers`` the
    headers of an API token, by person.
    """

    things: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    bearers: dict[str, dict[str, str]] = field(default_factory=dict)


def make_world() -> World:
    organisation, other, partner = make_organisation(), make_organisation(), make_organisation()
    people = _people(organisation, other, partner)
    world = World()
    world.things |= {name: person.public_id for name, person in people.items()}
    world.things["organisation"] = organisation.public_id
    for name, person in people.items():
        acts_for = {"newcomer": None, "stranger": other, "partner": partner}.get(name, organisation)
        _sign_in(world, name, person, acts_for)
    _accounts(world, people, organisation)
    _filings(world, people, organisation)
    _erasure(world, people, organisation)
    _assets(world, people, organisation)
    _market(world, people, organisation, partner)
    _licensing(world, people, organisation, partner)
    _signing(world, people["signatory"], organisation)
    _audit(world, people)
    index.apply_changes()
    return world


def _people(organisation: Organisation, other: Organisation, partner: Organisation) -> dict[str, Person]:
    people = {role: member(role, organisation=organisation)[0] for role in MEMBER_ROLES}
    people["stranger"] = member(*MEMBER_ROLES, organisation=other)[0]
    people["partner"] = member(*MEMBER_ROLES, organisation=partner)[0]
    people["newcomer"] = make_person()
    return people | {role: office_person(role.removeprefix("office ")) for role in OFFICE_ROLES}


def _sign_in(world: World, name: str, person: Person, organisation: Organisation | None) -> None:
    acts_for = None if name in OFFICE_ROLES else organisation
    with transaction():
        organisation_id = acts_for.id if acts_for else None
        world.sessions[name] = sessions.begin(person, user_agent="tests", organisation_id=organisation_id)
    world.bearers[name] = bearer(person, acts_for)


def _accounts(world: World, people: dict[str, Person], organisation: Organisation) -> None:
    with transaction():
        invitation, token = services.invite(
            actor=actor_of(people["administrator"], organisation),
            email="later@example.com",
            roles=["viewer"],
            locale="en",
        )
        sessions.request_reset(email=people["newcomer"].email, address="192.0.2.1")
    viewer = people["viewer"].id
    newest = select(LoginSession.id).where(LoginSession.person_id == viewer).order_by(LoginSession.id.desc())
    world.bearers["token for the account"] = bearer(people["filer"], organisation, "account:read")
    world.bearers["token for the market"] = bearer(people["filer"], organisation, "market:read")
    mail = db.session.scalars(select(Outbox.payload).order_by(Outbox.id.desc())).first()
    world.things |= {
        "reset token": re.findall(r"/account/reset/([\w-]+)", str(mail))[0],
        "invitation": invitation.public_id,
        "invitation token": token,
        "session of the viewer": str(db.session.scalars(newest).first()),
        "token of the viewer": db.session.scalars(select(ApiToken.public_id).where(ApiToken.person_id == viewer)).one(),
    }


def _filings(world: World, people: dict[str, Person], organisation: Organisation) -> None:
    """An application in each state in which a page offers something else."""
    filer, registrar = actor_of(people["filer"], organisation), people["registrar"]
    draft, spare = filing.draft(filer), filing.draft(filer)
    with transaction():
        for made in (draft, spare):
            document = filing.received(filer, organisation)
            filing_services.attach(actor=filer, filing_id=made.id, role="drawings", document=document)
    with transaction():
        filing_services.submit(actor=filer, filing_id=spare.id, idempotency_key="with a drawing")
    sequencer.run_all()
    with transaction():
        filing_services.take(actor=actor_of(registrar), filing_id=spare.id)
    submitted = filing.submitted(filer)
    taken, examiner = filing.taken(filer, registrar)
    deficient, _ = filing.taken(filer, registrar)
    registered, _ = filing.taken(filer, registrar)
    with transaction():
        reasons = [{"field": "claims", "text": "The claims are unclear."}]
        filing_services.decide(actor=examiner, filing_id=deficient.id, outcome="deficient", reasons=reasons)
        filing_services.decide(actor=examiner, filing_id=registered.id, outcome="register", reasons=[])
    sequencer.run_all()
    world.things |= {
        "draft": draft.public_id,
        "submitted": submitted.public_id,
        "taken": taken.public_id,
        "deficient": deficient.public_id,
        "registered": registered.public_id,
        "asset": registered.asset or "",
        "with a drawing": spare.public_id,
        "drawing": filing_queries.attachments(spare.id)[0][1].public_id,
        "document of the draft": filing_queries.attachments(draft.id)[0][1].public_id,
    }


def _erasure(world: World, people: dict[str, Person], organisation: Organisation) -> None:
    """A request of the holder, one entered by the registrar, and a hold that another registrar wants lifted."""
    filer, other = actor_of(people["filer"], organisation), actor_of(office_person("registrar"))
    asked, entered = filing.decided(filer, "refuse")[0], filing.decided(filer, "refuse")[0]
    why = {"ground": "objection", "words": "A person asks for it."}
    with transaction():
        request = erasures.request(actor=actor_of(people["administrator"], organisation), filing=asked.public_id, **why)
        by_office = erasures.enter(actor=actor_of(people["registrar"]), filing=entered.public_id, **why)
        hold = holds.place(
            actor=other, subject=world.things["taken"], reason="Proceedings.", authority="A court", reference="1"
        )
        holds.ask_to_lift(actor=other, hold=hold.public_id, reason="Settled.")
    world.things |= {
        "asked to be erased": asked.public_id,
        "erasure request": request.public_id,
        "entered erasure request": by_office.public_id,
        "hold": hold.public_id,
    }


def _assets(world: World, people: dict[str, Person], organisation: Organisation) -> None:
    filer = actor_of(people["filer"], organisation)
    with transaction():
        run = imports.upload(
            actor=filer, organisation=organisation, stream=[asset.grant_xml().encode()], name="grants.xml"
        )
    jobs.run_all()
    world.things["import"] = run.public_id


def _signing(world: World, person: Person, organisation: Organisation) -> None:
    """A key of the signatory with its signature over a filing, and another key half enrolled."""
    signatory = actor_of(person, organisation)
    key, private = holder.enrolled(signatory)
    data = holder_services.bytes_to_sign(actor=signatory, filing=world.things["submitted"])
    begun = holder.begun(signatory)
    world.things |= {
        "signing key": key.public_id,
        "signature of the filing": base64.b64encode(holder.sign(private, data)).decode(),
        "enrolment": begun.challenge.public_id,
        "signature of the enrolment": base64.b64encode(begun.signature).decode(),
    }


def _audit(world: World, people: dict[str, Person]) -> None:
    with transaction():
        run = audits.begin(actor=actor_of(people["auditor"]), scope=audits.FULL)
        ended = audits.begin(actor=actor_of(people["auditor"]), scope=audits.FULL, in_background=False)
    for _ in audits.drive(ended):
        pass
    world.things |= {"audit": run.public_id, "ended audit": ended.public_id}
    size = evidence.published_size()
    world.things["newest tile"] = f"0/000.p/{size}"
    with transaction():
        db.session.add(_ended_log(size))
    world.things["ended log"] = "1"


def _ended_log(size: int) -> FormerLog:
    """As if this log had ended and stood where it stands."""
    latest = evidence.latest_checkpoint()
    assert latest is not None
    return FormerLog(
        id=1,
        origin="ended.example/log",
        place=settings.current().log_place,
        size=size,
        checkpoint=bytes(latest.note),
        policy=keys.policy().text,
        reason="For the test.",
        archive_sha256="0" * 64,
        anchor=new_public_id(),
        ended_at=clock.now(),
    )


def _market(world: World, people: dict[str, Person], organisation: Organisation, partner: Organisation) -> None:
    held = asset.make_asset(organisation)
    listing, drafted = market.make_listing(held, indexed=False), market.make_listing(held, published=False)
    theirs = market.make_listing(asset.make_asset(partner), indexed=False)
    need = market.make_need(actor_of(people["dealer"], organisation))
    world.things |= {
        "asset in force": held.public_id,
        "listing": listing.public_id,
        "drafted listing": drafted.public_id,
        "listing of the partner": theirs.public_id,
        "need": need.public_id,
    }


def _licensing(world: World, people: dict[str, Person], organisation: Organisation, partner: Organisation) -> None:
    ours = licensing.Side(*member("dealer", "signatory", organisation=organisation))
    theirs = licensing.Side(people["partner"], partner)
    deal = licensing.make_deal(licensor=ours, licensee=theirs)
    deal.offer()
    _, agreement = licensing.make_agreement(licensing.make_deal(licensor=ours, licensee=theirs))
    _, executed = licensing.make_licence(licensing.make_deal(licensor=ours, licensee=theirs))
    sequencer.run_all()
    world.things |= {
        "negotiation": deal.negotiation.public_id,
        "agreement": agreement.public_id,
        "digest of the agreement": agreement.sha256,
        "executed agreement": executed.public_id,
    }
