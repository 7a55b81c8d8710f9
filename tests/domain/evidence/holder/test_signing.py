from __future__ import annotations

import base64
import hashlib

import pytest
from flask import Flask

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.evidence import queries as evidence
from ipplatform.domain.evidence.holder import enrolment, message, queries, services
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import transaction
from ipplatform.foundation.errors import Conflict, Forbidden, Invalid, NotFound
from tests.databases import both_databases
from tests.factories.accounts import actor_of, member
from tests.factories.evidence import make_record
from tests.factories.holder import (
    PRESENT,
    Authenticator,
    enrolled,
    enrolled_passkey,
    key_pair,
    options_for,
    record_of,
    sign,
    signed,
    signed_by_passkey,
    signer,
    tampered,
)


@both_databases
def test_several_sign_one_filing_and_are_listed_in_their_order(app: Flask) -> None:
    _, organisation, filer = signer("filer")
    _, _, signatory = signer("signatory", "filer", organisation=organisation)
    record = record_of(filer)
    signed(filer, record, *enrolled(filer, key_pair("p384")))
    signed_by_passkey(signatory, record, *enrolled_passkey(signatory))
    found = queries.signatures(record.id)
    assert [(line.kind, line.roles) for line in found] == [
        ("uploaded", ("filer",)),
        ("passkey", ("filer", "signatory")),
    ]
    assert queries.signature_count(record.id) == 2
    assert queries.signature_count(record_of(filer).id) == 0


def test_what_is_signed_is_the_context_and_the_manifest(app: Flask) -> None:
    _, _, actor = signer()
    record = record_of(actor)
    data = services.bytes_to_sign(actor=actor, filing=record.public_id)
    assert data == b"ipplatform.example/log/holder-signature/v1\n" + (record.manifest or b"")
    assert message.challenge_of(record.manifest or b"") == hashlib.sha256(data).digest()


def test_a_signature_is_taken_as_it_is_or_in_base64(app: Flask) -> None:
    _, _, actor = signer()
    key, private = enrolled(actor)
    for encode in (bytes, base64.b64encode, base64.encodebytes):
        record = record_of(actor)
        data = services.bytes_to_sign(actor=actor, filing=record.public_id)
        signature = encode(sign(private, data))
        with transaction():
            row = services.sign_with_key(actor=actor, filing=record.public_id, key=key.public_id, signature=signature)
        assert len(row.signature) == 64


def test_signing_twice_leaves_one_signature(app: Flask) -> None:
    _, _, actor = signer()
    record = record_of(actor)
    key, private = enrolled(actor)
    assert signed(actor, record, key, private).id == signed(actor, record, key, private).id


def test_a_signature_of_something_else_is_refused(app: Flask) -> None:
    _, _, actor = signer()
    record, other = record_of(actor), record_of(actor)
    key, private = enrolled(actor)
    data = services.bytes_to_sign(actor=actor, filing=record.public_id)
    wrong = [
        sign(key_pair(), data),
        sign(private, record.manifest or b""),
        sign(private, services.bytes_to_sign(actor=actor, filing=other.public_id)),
        sign(private, hashlib.sha256(data).digest()),
        sign(private, data)[:-1],
        b"",
    ]
    for signature in wrong:
        with pytest.raises(Invalid) as refused, transaction():
            services.sign_with_key(actor=actor, filing=record.public_id, key=key.public_id, signature=signature)
        assert list(refused.value.fields) == ["signature"]
    assert queries.signature_count(record.id) == 0


def refused_fields(actor: Actor, record: Record, credential: str) -> list[str]:
    """The fields on which a passkey's assertion is refused; none when it is taken."""
    try:
        with transaction():
            services.sign_with_passkey(actor=actor, filing=record.public_id, credential=credential)
    except Invalid as refused:
        return list(refused.fields)
    return []


def test_an_assertion_for_another_filing_page_or_person_is_refused(app: Flask) -> None:
    _, organisation, actor = signer()
    colleague = signer(organisation=organisation)[2]
    record, other = record_of(actor), record_of(actor)
    key, authenticator = enrolled_passkey(actor)
    options = options_for(record, key)
    assert refused_fields(actor, record, authenticator.get(options_for(other, key))) == ["credential"]
    assert refused_fields(actor, record, authenticator.get(options, kind="webauthn.create")) == ["credential"]
    assert refused_fields(actor, record, Authenticator().get(options)) == ["credential"]
    assert refused_fields(colleague, record, authenticator.get(options)) == ["credential"]
    for name, change in (("flags", PRESENT), ("origin", "https://evil.example"), ("rp_id", "evil.example")):
        before = getattr(authenticator, name)
        setattr(authenticator, name, change)
        assert refused_fields(actor, record, authenticator.get(options)) == ["credential"], name
        setattr(authenticator, name, before)
    good = authenticator.get(options)
    for name in ("clientDataJSON", "authenticatorData", "signature"):
        assert refused_fields(actor, record, tampered(good, name)) == ["credential"], name
    for credential in ("", "{}", "[" * 100_000, "x" * 100_000):
        assert refused_fields(actor, record, credential) == ["credential"]
    assert refused_fields(actor, record, good) == []


def test_an_assertion_replayed_for_another_filing_is_refused_as_is_a_counter_that_went_back(app: Flask) -> None:
    _, _, actor = signer()
    record, other, third = record_of(actor), record_of(actor), record_of(actor)
    key, authenticator = enrolled_passkey(actor)
    assertion = authenticator.get(options_for(record, key))
    assert refused_fields(actor, record, assertion) == []
    assert refused_fields(actor, other, assertion) == ["credential"]
    authenticator.count = 0
    assert refused_fields(actor, other, authenticator.get(options_for(other, key))) == ["credential"]
    authenticator.count = 7
    assert refused_fields(actor, third, authenticator.get(options_for(third, key))) == []


def test_client_data_in_another_spelling_is_refused_since_a_shell_could_not_verify_it(app: Flask) -> None:
    """WebAuthn section 5.8.1.1 fixes the spelling."""
    _, _, actor = signer()
    record = record_of(actor)
    key, authenticator = enrolled_passkey(actor)

    class Other(Authenticator):
        def _client_data(self, kind: str, options: str, challenge: str | None = None) -> bytes:
            return b" " + super()._client_data(kind, options, challenge)

    other = Other(authenticator.private, authenticator.credential_id)
    assert refused_fields(actor, record, other.get(options_for(record, key))) == ["credential"]


def test_others_may_not_sign_nor_know(app: Flask) -> None:
    _, organisation, actor = signer()
    record = record_of(actor)
    viewer = actor_of(*member("viewer", organisation=organisation))
    administrator = actor_of(*member("administrator", organisation=organisation))
    for who, error in ((viewer, Forbidden), (administrator, Forbidden), (signer()[2], NotFound)):
        with pytest.raises(error):
            services.bytes_to_sign(actor=who, filing=record.public_id)


def test_somebody_elses_key_does_not_sign(app: Flask) -> None:
    _, organisation, actor = signer()
    record = record_of(actor)
    key, private = enrolled(actor)
    signature = sign(private, services.bytes_to_sign(actor=actor, filing=record.public_id))
    colleague = signer(organisation=organisation)[2]
    with pytest.raises(Invalid) as refused:
        services.sign_with_key(actor=colleague, filing=record.public_id, key=key.public_id, signature=signature)
    assert list(refused.value.fields) == ["key"]


def test_a_revoked_key_signs_nothing_more_and_keeps_what_it_signed(app: Flask) -> None:
    _, _, actor = signer()
    key, private = enrolled(actor)
    record, later = record_of(actor), record_of(actor)
    signed(actor, record, key, private)
    with transaction():
        enrolment.revoke(actor=actor, key=key.public_id, reason="lost")
    with pytest.raises(Invalid):
        signed(actor, later, key, private)
    (line,) = queries.signatures(record.id)
    assert line.revoked_at is not None


def test_decisions_records_of_keys_and_erased_filings_cannot_be_signed(app: Flask) -> None:
    _, _, actor = signer()
    key, _private = enrolled(actor)
    decision = make_record(organisation_id=actor.organisation_id, submitter={"office": True}, kind="office_decision")
    erased = record_of(actor)
    with transaction():
        erased.manifest = erased.salt = None
    for record, code in ((decision, "not_signable"), (key.record, "not_signable"), (erased, "erased")):
        with pytest.raises(Conflict) as refused:
            services.bytes_to_sign(actor=actor, filing=record.public_id)
        assert refused.value.code == code


def test_every_signature_has_a_record_of_its_own_in_the_log(app: Flask) -> None:
    _, _, actor = signer()
    record = record_of(actor)
    row = signed(actor, record, *enrolled(actor))
    (line,) = queries.signatures(record.id)
    logged = evidence.record_by_filing(line.log_record)
    assert logged is not None
    assert logged.manifest is not None
    assert hashlib.sha256(row.signature).hexdigest().encode() in logged.manifest
