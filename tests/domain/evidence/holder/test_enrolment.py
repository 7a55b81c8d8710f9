from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from flask import Flask

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.audit.models import AuditEntry
from ipplatform.domain.evidence.formats import canonical
from ipplatform.domain.evidence.holder import enrolment, queries
from ipplatform.domain.evidence.holder.models import SigningKey
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation import clock
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from tests.databases import both_databases
from tests.factories.accounts import actor_of, member
from tests.factories.holder import (
    PRESENT,
    Authenticator,
    enrolled,
    enrolled_passkey,
    key_pair,
    pem,
    registration_options,
    sign,
    signer,
)


@both_databases
@pytest.mark.parametrize("algorithm", ["ed25519", "p256", "p384"])
def test_an_uploaded_key_is_enrolled_by_signing_its_text(app: Flask, algorithm: str) -> None:
    person, organisation, actor = signer("filer")
    key, _private = enrolled(actor, key_pair(algorithm))
    assert (key.person_id, key.organisation_id, key.kind) == (person.id, organisation.id, "uploaded")
    lines = key.possession.decode().splitlines()
    assert lines[0] == "ipplatform.example/log/signing-key-enrolment/v1"
    assert f"person {person.public_id}" in lines
    record = db.session.get_one(SigningKey, key.id).record
    assert record.manifest is not None
    manifest = canonical.loads(record.manifest)
    assert manifest["kind"] == "signing_key"
    assert manifest["submitter"]["person"] == person.public_id
    assert manifest["fields"]["key_sha256"] == key.spki_sha256.hex()
    entry = db.session.query(AuditEntry).filter_by(action="signing_key.enrol").one()
    assert entry.subject == key.public_id


@both_databases
@pytest.mark.parametrize("algorithm", ["p256", "ed25519"])
def test_a_passkey_is_enrolled(app: Flask, algorithm: str) -> None:
    _, _, actor = signer()
    key, authenticator = enrolled_passkey(actor, Authenticator(private=key_pair(algorithm)))
    assert key.credential_id == authenticator.credential_id
    assert (key.kind, key.rp_id, key.cose) == ("passkey", "localhost", authenticator.cose)


def test_only_those_with_a_signing_role_enrol(app: Flask) -> None:
    for roles in (("administrator",), ("viewer",), ("dealer",)):
        person, organisation = member(*roles)
        with pytest.raises(Forbidden):
            enrolment.begin_upload(actor=actor_of(person, organisation), name="k", public_key=pem(key_pair()))


def test_a_signature_by_another_key_or_over_another_text_enrols_nothing(app: Flask) -> None:
    _, _, actor = signer()
    private = key_pair()
    with transaction():
        challenge = enrolment.begin_upload(actor=actor, name="k", public_key=pem(private))
    text = enrolment.text_to_sign(challenge)
    for signature in (sign(key_pair(), text), sign(private, text + b"\n"), b"", b"x" * 64):
        with pytest.raises(Invalid) as refused, transaction():
            enrolment.finish_upload(actor=actor, challenge=challenge.public_id, signature=signature)
        assert list(refused.value.fields) == ["signature"]
    assert queries.keys_of(organisation_id=actor.organisation_id or 0) == []


def test_a_challenge_works_once_for_its_person_and_until_it_expires(app: Flask) -> None:
    _, organisation, actor = signer()
    colleague = signer(organisation=organisation)[2]
    private = key_pair()
    with transaction():
        challenge = enrolment.begin_upload(actor=actor, name="k", public_key=pem(private))
    signature = sign(private, enrolment.text_to_sign(challenge))

    def is_refused(who: Actor, error: type[DomainError] = Conflict) -> None:
        with pytest.raises(error), transaction():
            enrolment.finish_upload(actor=who, challenge=challenge.public_id, signature=signature)

    is_refused(colleague, NotFound)
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        is_refused(actor)
    with transaction():
        enrolment.finish_upload(actor=actor, challenge=challenge.public_id, signature=signature)
    is_refused(actor)


def test_a_key_is_enrolled_once_whoever_asks(app: Flask) -> None:
    _, _, actor = signer()
    _, private = enrolled(actor)
    for other, words in ((actor, "already"), (signer()[2], "somebody else")):
        with pytest.raises(Invalid) as refused:
            enrolment.begin_upload(actor=other, name="k", public_key=pem(private))
        assert words in str(refused.value.fields["public_key"][0])


def test_two_who_began_with_the_same_key_cannot_both_finish(app: Flask) -> None:
    first, second = signer()[2], signer()[2]
    private = key_pair()
    begun = []
    for actor in (first, second):
        with transaction():
            begun.append(enrolment.begin_upload(actor=actor, name="k", public_key=pem(private)))
    signatures = [sign(private, enrolment.text_to_sign(challenge)) for challenge in begun]
    with transaction():
        enrolment.finish_upload(actor=first, challenge=begun[0].public_id, signature=signatures[0])
    with pytest.raises(Invalid), transaction():
        enrolment.finish_upload(actor=second, challenge=begun[1].public_id, signature=signatures[1])


def test_a_private_key_is_neither_kept_nor_repeated(app: Flask) -> None:
    _, _, actor = signer()
    secret = key_pair().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(Invalid) as refused:
        enrolment.begin_upload(actor=actor, name="k", public_key=secret)
    assert refused.value.code == "secret_key"
    assert secret.decode().splitlines()[1] not in str(refused.value.fields)


@pytest.mark.parametrize(
    "change",
    [
        {"flags": PRESENT},
        {"flags": 0},
        {"origin": "http://localhost.evil.example"},
        {"origin": "https://localhost"},
        {"rp_id": "evil.example"},
        {"private": key_pair("p384")},
    ],
)
def test_a_passkey_made_otherwise_is_refused(app: Flask, change: dict[str, object]) -> None:
    _, _, actor = signer()
    with transaction():
        challenge = enrolment.begin_passkey(actor=actor, name="k")
    authenticator = Authenticator(**change)  # type: ignore[arg-type]
    made = authenticator.create(registration_options(challenge.challenge))
    with pytest.raises(Invalid) as refused, transaction():
        enrolment.finish_passkey(actor=actor, challenge=challenge.public_id, credential=made)
    assert list(refused.value.fields) == ["credential"]


def test_a_passkey_made_for_another_challenge_is_refused(app: Flask) -> None:
    _, _, actor = signer()
    with transaction():
        challenge = enrolment.begin_passkey(actor=actor, name="k")
        other = enrolment.begin_passkey(actor=actor, name="k")
    made = Authenticator().create(registration_options(other.challenge))
    asked = Authenticator().create(registration_options(challenge.challenge), kind="webauthn.get")
    for credential in (made, asked, "{}", "[]", "", "[" * 100_000, '{"id": 1}'):
        with pytest.raises(Invalid), transaction():
            enrolment.finish_passkey(actor=actor, challenge=challenge.public_id, credential=credential)


def test_its_owner_or_an_administrator_revokes_a_key_and_the_log_says_so(app: Flask) -> None:
    _, organisation, actor = signer()
    colleague = signer(organisation=organisation)[2]
    administrator = actor_of(*member("administrator", organisation=organisation))
    key, _ = enrolled(actor)
    other, _ = enrolled(actor)
    for who, reason, error in (
        (colleague, "lost", Forbidden), (signer()[2], "lost", NotFound), (actor, "whim", Invalid),
    ):  # fmt: skip
        with pytest.raises(error):
            enrolment.revoke(actor=who, key=key.public_id, reason=reason)
    with transaction():
        revoked = enrolment.revoke(actor=actor, key=key.public_id, reason="compromised")
        enrolment.revoke(actor=administrator, key=other.public_id, reason="left")
        assert enrolment.revoke(actor=actor, key=key.public_id, reason="lost").revocation_id == revoked.revocation_id
    assert revoked.revoked_at is not None
    records = db.session.query(Record).filter_by(kind="signing_key_revoked")
    reasons = [canonical.loads(record.manifest)["fields"]["reason"] for record in records if record.manifest]
    assert sorted(reasons) == ["compromised", "left"]


def test_a_person_has_a_bounded_number_of_keys(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrolment, "MOST_KEYS", 1)
    _, _, actor = signer()
    enrolled(actor)
    with pytest.raises(Conflict):
        enrolment.begin_passkey(actor=actor, name="k")
