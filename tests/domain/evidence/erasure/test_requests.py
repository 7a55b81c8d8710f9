"""Two of the office, neither who asked nor of the holder's organisation; a hold stops them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from ipplatform.domain.accounts.actor import SYSTEM, Actor
from ipplatform.domain.accounts.models import Membership, OfficeRole, Person
from ipplatform.domain.evidence import sequencer
from ipplatform.domain.evidence.erasure import holds, queries, services
from ipplatform.domain.evidence.erasure.models import ErasureRequest
from ipplatform.domain.filings import queries as filing_queries
from ipplatform.domain.filings import services as filings
from ipplatform.foundation import clock, jobs
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import DomainError, Forbidden, Invalid, NotFound, Unauthenticated
from tests.databases import both_databases
from tests.factories import actor_of, member, office_person
from tests.factories import filings as filing
from tests.factories.erasure import Scene, make_scene, registered

HOLD: dict[str, Any] = {"reason": "Proceedings.", "authority": "District court", "reference": "12 O 7/26"}


@pytest.fixture
def scene(app: Flask) -> Scene:
    return make_scene()


@pytest.fixture
def asked(scene: Scene) -> ErasureRequest:
    return scene.ask(registered(scene))


def _code(act: Any) -> str:
    with pytest.raises(DomainError) as refused, transaction():
        act()
    db.session.expire_all()
    return refused.value.code


def _also_registrar(person: Person) -> None:
    with transaction():
        db.session.add(OfficeRole(person_id=person.id, role="registrar"))


def test_one_approval_is_not_enough_and_the_second_executes(scene: Scene, asked: ErasureRequest) -> None:
    scene.approve(asked, 0)
    assert asked.state == "approved"
    assert asked.record.manifest is not None
    scene.approve(asked, 1)
    assert asked.state == "executed"
    assert queries.request(asked.public_id) is asked
    assert asked.record.manifest is None
    assert asked.words is None


@pytest.mark.parametrize(
    ("roles", "code"),
    [(("auditor",), "forbidden"), (("administrator",), "not_found"), (("auditor", "administrator"), "forbidden")],
)
def test_of_the_office_only_registrars_decide(asked: ErasureRequest, roles: tuple[str, ...], code: str) -> None:
    actor = actor_of(office_person(*roles))
    for act in (services.approve, lambda **of: services.refuse(**of, because="no_ground", words="No.")):
        assert _code(lambda act=act: act(actor=actor, request=asked.public_id)) == code


def test_the_same_person_cannot_approve_twice(scene: Scene, asked: ErasureRequest) -> None:
    scene.approve(asked, 0)
    assert _code(lambda: scene.approve(asked, 0)) == "same_person"
    assert asked.state == "approved"


def test_who_asked_can_give_neither_approval(scene: Scene) -> None:
    made, entering = registered(scene), scene.registrars[0]
    with transaction():
        entered = services.enter(actor=entering, filing=made.public_id, ground="objection", words="Letter 14 of 3 May.")
    assert _code(lambda: scene.approve(entered, 0)) == "own_request"
    scene.approve(entered, 1)
    assert _code(lambda: scene.approve(entered, 0)) == "own_request"
    scene.approve(entered, 2)
    assert entered.state == "executed"


@pytest.mark.parametrize("earlier", [0, 1])
def test_a_member_of_the_organisation_gives_neither_approval_in_any_of_their_roles(
    scene: Scene, asked: ErasureRequest, earlier: int
) -> None:
    person, _ = member("viewer", organisation=scene.organisation)
    _also_registrar(person)
    if earlier:
        scene.approve(asked, 0)
    for acting_for in (scene.organisation, None):
        actor = actor_of(person, acting_for)
        assert _code(lambda actor=actor: services.approve(actor=actor, request=asked.public_id)) == "forbidden"


def test_the_administrator_who_asked_is_no_second_registrar(scene: Scene, asked: ErasureRequest) -> None:
    asking = db.session.get_one(Person, scene.holder.person_id)
    _also_registrar(asking)
    assert _code(lambda: services.approve(actor=actor_of(asking), request=asked.public_id)) == "forbidden"
    membership = db.session.query(Membership).where(Membership.person_id == asking.id)
    with transaction():
        for row in membership:
            db.session.delete(row)
    assert _code(lambda: services.approve(actor=actor_of(asking), request=asked.public_id)) == "own_request"


@pytest.mark.parametrize("role", ["filer", "dealer", "signatory", "viewer"])
def test_only_the_organisations_administrator_asks(scene: Scene, role: str) -> None:
    made = registered(scene)
    person, organisation = member(role, organisation=scene.organisation)
    assert _code(lambda: scene.ask(made, actor_of(person, organisation))) == "forbidden"


def test_strangers_learn_nothing_and_commands_decide_nothing(scene: Scene, asked: ErasureRequest) -> None:
    stranger = actor_of(*member("administrator"))
    for actor, error in ((stranger, NotFound), (Actor(), NotFound), (SYSTEM, (NotFound, Unauthenticated))):
        with pytest.raises(error), transaction():
            services.approve(actor=actor, request=asked.public_id)
        with pytest.raises(error), transaction():
            scene.ask(asked.record.public_id, actor)


def test_a_case_has_one_open_request_and_another_after_a_refusal(scene: Scene, asked: ErasureRequest) -> None:
    made = asked.record.public_id
    assert _code(lambda: scene.ask(made)) == "open_already"
    with transaction():
        services.refuse(
            actor=scene.registrars[0], request=asked.public_id, because="legal_claims", words="A court has asked."
        )
    assert (asked.state, asked.refusal) == ("refused", "A court has asked.")
    assert _code(lambda: scene.approve(asked, 1)) == "state"
    assert scene.ask(made).state == "requested"


def test_a_refusal_goes_back_to_who_asked_by_mail_without_its_words(
    scene: Scene, asked: ErasureRequest, settings: Any
) -> None:
    with transaction():
        services.refuse(
            actor=scene.registrars[0], request=asked.public_id, because="no_ground", words="No such ground."
        )
    jobs.run_all()
    person = db.session.get_one(Person, scene.holder.person_id)
    mails = [path.read_text() for path in settings.mail_folder.iterdir()]
    told = [mail for mail in mails if f"To: {person.email}" in mail and "erasure" in mail]
    assert len(told) == 1
    assert f"/filings/{asked.record.public_id}/erasure" in told[0]
    assert "No such ground" not in told[0]


def test_a_refusal_needs_a_ground_of_the_law(scene: Scene, asked: ErasureRequest) -> None:
    with pytest.raises(Invalid), transaction():
        services.refuse(actor=scene.registrars[0], request=asked.public_id, because="tired", words="No.")


def test_a_request_is_withdrawn_by_its_side_alone(scene: Scene, asked: ErasureRequest) -> None:
    with pytest.raises(Forbidden), transaction():
        services.withdraw(actor=scene.registrars[0], request=asked.public_id)
    with transaction():
        services.withdraw(actor=scene.holder, request=asked.public_id)
    assert asked.state == "withdrawn"
    assert asked.words is None


def test_an_open_application_is_withdrawn_before_it_is_erased(scene: Scene) -> None:
    made = filing.submitted(scene.holder)
    assert _code(lambda: scene.ask(made)) == "open_case"


@pytest.mark.parametrize("on", ["filing", "asset", "decision"])
def test_a_hold_on_any_part_of_the_case_stops_the_second_approval(scene: Scene, on: str) -> None:
    made = registered(scene)
    asked = scene.approve(scene.ask(made), 0)
    subject = {
        "filing": made.public_id,
        "asset": made.asset,
        "decision": filing_queries.follow_ups(made.id)[-1].public_id,
    }[on]
    with transaction():
        hold = holds.place(actor=scene.registrars[0], subject=subject, **HOLD)
    assert _code(lambda: scene.approve(asked, 1)) == "legal_hold"
    assert asked.record.manifest is not None
    with transaction():
        holds.ask_to_lift(actor=scene.registrars[0], hold=hold.public_id, reason="Settled.")
    assert _code(lambda: holds.lift(actor=scene.registrars[0], hold=hold.public_id)) == "same_person"
    assert _code(lambda: scene.approve(asked, 1)) == "legal_hold"
    with transaction():
        holds.lift(actor=scene.registrars[1], hold=hold.public_id)
    scene.approve(asked, 1)
    assert asked.state == "executed"


def test_nobody_lifts_a_hold_alone_and_it_ends_after_its_last_day(scene: Scene) -> None:
    made = registered(scene)
    with transaction():
        hold = holds.place(actor=scene.registrars[0], subject=made.public_id, until=clock.today(), **HOLD)
    assert _code(lambda: holds.lift(actor=scene.registrars[1], hold=hold.public_id)) == "not_asked"
    assert queries.is_held(made.public_id)
    with clock.shifted(timedelta(days=2)):
        assert not queries.is_held(made.public_id)
    with pytest.raises(Invalid), transaction():
        holds.place(actor=scene.registrars[0], subject=made.public_id, until=clock.today() - timedelta(days=1), **HOLD)


def test_a_hold_is_not_for_the_holders_own_people(scene: Scene) -> None:
    made = registered(scene)
    person, _ = member("administrator", organisation=scene.organisation)
    _also_registrar(person)
    assert _code(lambda: holds.place(actor=actor_of(person), subject=made.public_id, **HOLD)) == "forbidden"
    with transaction():
        hold = holds.place(actor=scene.registrars[0], subject=made.asset, **HOLD)
    assert _code(lambda: holds.read(actor=actor_of(person), hold=hold.public_id)) == "forbidden"
    assert _code(lambda: holds.read(actor=scene.holder, hold=hold.public_id)) == "not_found"


@both_databases
def test_two_approvals_of_one_person_are_impossible_in_the_table(scene: Scene, asked: ErasureRequest) -> None:
    scene.approve(asked, 0)
    row = "INSERT INTO erasure_approval (request_id, number, person_id, at) SELECT request_id, :n, person_id, at FROM erasure_approval"
    for number in (1, 2, 3):
        with pytest.raises(IntegrityError), transaction():
            db.session.execute(text(row), {"n": number})


def test_a_licence_is_the_evidence_of_both_parties_and_stays(scene: Scene) -> None:
    made = registered(scene)
    assert made.register_entry is not None
    with transaction():
        licence = filings.record_act(
            actor=scene.holder,
            organisation_id=scene.organisation.id,
            kind="licence",
            asset=made.register_entry,
            fields={"agreement": "A-1"},
            documents=[],
            idempotency_key="licence-1",
        )
    sequencer.run_once()
    assert _code(lambda: scene.ask(licence)) == "two_parties"
