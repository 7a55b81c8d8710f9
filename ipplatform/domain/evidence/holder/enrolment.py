"""Enrolling a key, with proof that its enroller holds it, and revoking one. Each becomes a record in the log."""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import delete

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.audit import services as audit
from ipplatform.domain.evidence import services as records
from ipplatform.domain.evidence.holder import message, passkeys, publickeys, queries, sealing
from ipplatform.domain.evidence.holder.models import PASSKEY, UPLOADED, SigningChallenge, SigningKey
from ipplatform.domain.evidence.holder.permissions import ENROL, REVOKE
from ipplatform.domain.evidence.holder.publickeys import PublicKey
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation import clock, settings
from ipplatform.foundation.db import db, lock_row
from ipplatform.foundation.errors import Conflict, Invalid, NotFound
from ipplatform.foundation.i18n import _l
from ipplatform.foundation.ids import new_public_id

ENROLLED, REVOKED = "signing_key", "signing_key_revoked"
KINDS = (ENROLLED, REVOKED)
UPLOAD_HOURS = 24
MOST_KEYS = 20
REASONS = {
    "replaced": _l("I use another key now"),
    "lost": _l("The key is lost, and nobody else has it"),
    "compromised": _l("Somebody else may have the key"),
    "left": _l("Its owner no longer signs for the organisation"),
}
TAKEN = _l("This key is enrolled by somebody else. Make a new pair that only you hold.")
KNOWN = _l("You have enrolled this key already. A key stands for one person in one organisation; make another.")
EXPIRED = _l("This enrolment has expired or was finished. Begin again.")
NOT_HELD = _l(
    "This is not this key's signature over the text to sign. Download the text again, sign it exactly as it is with the "
    "command shown, and upload what the command wrote."
)
NO_PASSKEY = _l("The passkey's answer did not verify, so no key was enrolled. Begin again.")
TOO_MANY = _l("You have %(most)s keys in use. Revoke one first.", most=MOST_KEYS)


def begin_upload(*, actor: Actor, name: str, public_key: bytes) -> SigningChallenge:
    """A text to sign, for a public key in PEM. Invalid on `public_key` when it is weak, secret or taken."""
    require(ENROL, actor)
    try:
        key = publickeys.read(public_key)
    except publickeys.Refused as error:
        raise Invalid({"public_key": [error.message]}, code="secret_key" if error.secret else "weak_key") from error
    _require_free(actor, key, "public_key")
    return _begin(actor, name, timedelta(hours=UPLOAD_HOURS), spki=key.spki)


def begin_passkey(*, actor: Actor, name: str) -> SigningChallenge:
    """A challenge for navigator.credentials.create()."""
    require(ENROL, actor)
    return _begin(actor, name, timedelta(minutes=passkeys.MINUTES))


def text_to_sign(challenge: SigningChallenge) -> bytes:
    """What shows possession of the uploaded key."""
    assert challenge.spki is not None
    return message.Possession(
        origin=settings.current().origin,
        person=accounts.person(challenge.person_id).public_id,
        organisation=accounts.organisation(challenge.organisation_id).public_id,
        key_sha256=publickeys.of_spki(challenge.spki).sha256,
        challenge=challenge.challenge,
        expires_at=challenge.expires_at,
    ).data


def finish_upload(*, actor: Actor, challenge: str, signature: bytes) -> SigningKey:
    """Enrol the key that signed its text; the challenge works once. Invalid on `signature`; Conflict when expired."""
    require(ENROL, actor)
    held = _held(actor, challenge)
    if held.spki is None:
        raise NotFound
    key, text = publickeys.of_spki(held.spki), text_to_sign(held)
    found = next((one for one in publickeys.signatures_in(signature) if key.verifies(one, text)), None)
    if found is None:
        raise Invalid({"signature": [NOT_HELD]})
    _require_free(actor, key, "signature")
    return _enrol(actor, held, key, kind=UPLOADED, possession=text, proof=found)


def finish_passkey(*, actor: Actor, challenge: str, credential: str) -> SigningKey:
    """Enrol the passkey the browser made (RegistrationResponseJSON). Invalid on `credential`; Conflict when expired."""
    require(ENROL, actor)
    held = _held(actor, challenge)
    if held.spki is not None:
        raise NotFound
    try:
        made = passkeys.register(credential, challenge=held.challenge)
    except passkeys.Failed as error:
        structlog.get_logger().info("passkey refused", reason=str(error)[:200])
        raise Invalid({"credential": [NO_PASSKEY]}) from error
    except publickeys.Refused as error:
        raise Invalid({"credential": [error.message]}) from error
    _require_free(actor, made.key, "credential")
    return _enrol(
        actor,
        held,
        made.key,
        kind=PASSKEY,
        possession=made.client_data,
        proof=made.attestation,
        credential_id=made.credential_id,
        cose=made.cose,
        rp_id=passkeys.rp_id(),
        sign_count=made.sign_count,
    )


def revoke(*, actor: Actor, key: str, reason: str) -> SigningKey:
    """End a key, by its owner or an administrator. What it signed before stays verifiable. Revoking twice is harmless."""
    found = queries.key(key)
    held = lock_row(SigningKey, found.id) if found is not None else None
    if held is None:
        raise NotFound
    require(REVOKE, actor, held)
    if held.revoked_at is not None:
        return held
    if reason not in REASONS:
        raise Invalid({"reason": [_l("Say why the key ends.")]})
    record = _log(actor, held, REVOKED, {"key": held.public_id, "key_sha256": held.spki_sha256.hex(), "reason": reason})
    held.revocation_id, held.revoked_at = record.id, record.created_at
    held.seal = sealing.seal_key(held)
    audit.record(actor=actor, action="signing_key.revoke", subject_kind="signing_key", subject=key, reason=reason)
    return held


def submitter_of(actor: Actor) -> dict[str, Any]:
    """Who acts, as a record's manifest says it."""
    assert actor.person_id is not None
    assert actor.organisation_id is not None
    person, organisation = accounts.person(actor.person_id), accounts.organisation(actor.organisation_id)
    return {
        "office": False,
        "person": person.public_id,
        "person_name": person.name,
        "organisation": organisation.public_id,
        "organisation_name": organisation.name,
    }


def _begin(actor: Actor, name: str, lasts: timedelta, spki: bytes | None = None) -> SigningChallenge:
    assert actor.person_id is not None
    assert actor.organisation_id is not None
    if len(queries.usable_keys(organisation_id=actor.organisation_id, person_id=actor.person_id)) >= MOST_KEYS:
        raise Conflict(TOO_MANY, code="too_many_keys")
    moment = clock.now().replace(microsecond=0)
    ended = SigningChallenge.person_id == actor.person_id, SigningChallenge.expires_at <= moment
    db.session.execute(delete(SigningChallenge).where(*ended))
    begun = SigningChallenge(
        public_id=new_public_id(),
        organisation_id=actor.organisation_id,
        person_id=actor.person_id,
        name=name,
        challenge=secrets.token_bytes(32),
        spki=spki,
        expires_at=moment + lasts,
    )
    db.session.add(begun)
    db.session.flush()
    return begun


def open_challenge(*, actor: Actor, challenge: str) -> SigningChallenge:
    """The actor's own. NotFound for another's; Conflict when it was used or has expired."""
    found = queries.own_challenge(challenge, person_id=actor.person_id or 0, organisation_id=actor.organisation_id or 0)
    if found is None:
        raise NotFound
    if found.used_at is not None or found.expires_at <= clock.now():
        raise Conflict(EXPIRED, code="challenge_expired")
    return found


def _held(actor: Actor, challenge: str) -> SigningChallenge:
    """The actor's open challenge, locked so that it is used once."""
    lock_row(SigningChallenge, open_challenge(actor=actor, challenge=challenge).id)
    return open_challenge(actor=actor, challenge=challenge)


def _require_free(actor: Actor, key: PublicKey, field: str) -> None:
    found = queries.key_by_digest(key.sha256)
    if found is not None:
        raise Invalid({field: [KNOWN if found.person_id == actor.person_id else TAKEN]}, code="key_taken")


def _enrol(actor: Actor, challenge: SigningChallenge, key: PublicKey, **more: Any) -> SigningKey:
    row = SigningKey(
        public_id=new_public_id(),
        organisation_id=challenge.organisation_id,
        person_id=challenge.person_id,
        name=challenge.name,
        algorithm=key.algorithm,
        spki=key.spki,
        spki_sha256=key.sha256,
        **more,
    )
    record = _log(actor, row, ENROLLED, fields_of(row))
    row.record_id, row.enrolled_at = record.id, record.created_at
    row.seal = sealing.seal_key(row)
    challenge.used_at = clock.now()
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor=actor, action="signing_key.enrol", subject_kind="signing_key", subject=row.public_id, kind=row.kind
    )
    return row


def fields_of(row: SigningKey) -> dict[str, Any]:
    """What the log record of an enrolment says of the key."""
    return {
        "key": row.public_id,
        "kind": row.kind,
        "name": row.name,
        "algorithm": row.algorithm,
        "spki": base64.b64encode(row.spki).decode(),
        "key_sha256": row.spki_sha256.hex(),
    }


def _log(actor: Actor, row: SigningKey, kind: str, fields: dict[str, Any]) -> Record:
    return records.append(
        organisation_id=row.organisation_id,
        filing=new_public_id(),
        kind=kind,
        asset=None,
        submitter=submitter_of(actor),
        fields=fields,
        documents=(),
        idempotency_key=f"{kind.replace('_', '-')}/{row.public_id}",
    )
