"""Signing a filing with a key of one's own. Enrolling and revoking keys is in enrolment.py."""

from __future__ import annotations

import hashlib

from sqlalchemy import delete, select

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.accounts.authorization import require
from ipplatform.domain.audit import services as audit
from ipplatform.domain.evidence import queries as evidence
from ipplatform.domain.evidence import services as records
from ipplatform.domain.evidence.formats import canonical
from ipplatform.domain.evidence.holder import assertions, enrolment, message, passkeys, publickeys, queries, sealing
from ipplatform.domain.evidence.holder.models import PASSKEY, HolderSignature, SigningKey
from ipplatform.domain.evidence.holder.permissions import SIGN, SIGNING_ROLES
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import db, lock_row
from ipplatform.foundation.errors import Conflict, Invalid, NotFound
from ipplatform.foundation.i18n import _l
from ipplatform.foundation.ids import new_public_id

KIND = "holder_signature"
ERASED = _l("The content of this filing was erased; there is nothing left to sign.")
NOT_A_FILING = _l("Only what your organisation filed can be signed with a key of your own.")
NO_SUCH_KEY = _l("This is not a key of yours that may sign here. Choose another.")
WRONG = _l(
    "This is not this key's signature over the file to sign. Download the file again, sign it exactly as it is with the "
    "command shown, and upload what the command wrote."
)
NOT_SIGNED = _l("The passkey's answer did not verify, so nothing was signed. Load the page again and try once more.")


def bytes_to_sign(*, actor: Actor, filing: str) -> bytes:
    """What an uploaded key signs, and of which a passkey signs the SHA-256. `filing` is the public id."""
    return message.to_sign(_manifest(_signable(actor, filing)))


def to_sign(record: Record) -> bytes:
    """As `bytes_to_sign`, for whoever may read the record. Conflict when it cannot be signed."""
    _require_signable(record)
    return message.to_sign(_manifest(record))


def sign_with_key(*, actor: Actor, filing: str, key: str, signature: bytes) -> HolderSignature:
    """Keep a signature made offline: raw (Ed25519), DER (ECDSA), or base64 of either. Signing twice is harmless.

    Invalid on `key` or `signature`; NotFound for a filing of others; Conflict for one that cannot be signed.
    """
    record = _signable(actor, filing)
    signer = _own_key(actor, queries.key(key), passkey=False)
    earlier = queries.signature_by(record_id=record.id, key_id=signer.id)
    if earlier is not None:
        return earlier
    data, public = message.to_sign(_manifest(record)), publickeys.of_spki(signer.spki)
    found = next((one for one in publickeys.signatures_in(signature) if public.verifies(one, data)), None)
    if found is None:
        raise Invalid({"signature": [WRONG]})
    return _keep(actor, record, signer, signature=found)


def sign_with_passkey(*, actor: Actor, filing: str, credential: str) -> HolderSignature:
    """Keep a passkey's assertion as the browser gave it (AuthenticationResponseJSON). Signing twice is harmless.

    Invalid on `credential`; NotFound for a filing of others; Conflict for one that cannot be signed.
    """
    record = _signable(actor, filing)
    try:
        identity, assertion = passkeys.asserted(credential)
    except passkeys.Failed as error:
        raise Invalid({"credential": [NOT_SIGNED]}) from error
    signer = _own_key(actor, queries.key_by_credential(identity), passkey=True)
    earlier = queries.signature_by(record_id=record.id, key_id=signer.id)
    if earlier is not None:
        return earlier
    challenge = message.challenge_of(_manifest(record))
    try:
        passkeys.verify(credential, challenge=challenge, cose=signer.cose or b"", sign_count=_sign_count(signer))
        public = publickeys.of_spki(signer.spki)
        assertions.require_true(assertion, key=public, challenge=challenge, rp_id=signer.rp_id or "")
    except (passkeys.Failed, assertions.NotTrue) as error:
        raise Invalid({"credential": [NOT_SIGNED]}) from error
    return _keep(actor, record, signer, signature=assertion.signature, assertion=assertion)


def forget(*, record_id: int) -> None:
    """Destroy the signatures over a record whose content is erased: with their bytes the content could be guessed."""
    db.session.execute(delete(HolderSignature).where(HolderSignature.record_id == record_id))


def _signable(actor: Actor, filing: str) -> Record:
    record = evidence.record_by_filing(filing)
    if record is None or record.organisation_id is None:
        raise NotFound
    require(SIGN, actor, record)
    _require_signable(record)
    return record


def _require_signable(record: Record) -> None:
    submitter = canonical.loads(_manifest(record))["submitter"]
    if submitter.get("office") or record.kind in (KIND, *enrolment.KINDS):
        raise Conflict(NOT_A_FILING, code="not_signable")


def _manifest(record: Record) -> bytes:
    if record.manifest is None:
        raise Conflict(ERASED, code="erased")
    return record.manifest


def _own_key(actor: Actor, found: SigningKey | None, *, passkey: bool) -> SigningKey:
    """The actor's own key, locked so that it is not revoked meanwhile."""
    held = lock_row(SigningKey, found.id) if found is not None else None
    if (
        held is None
        or (held.person_id, held.organisation_id) != (actor.person_id, actor.organisation_id)
        or held.revoked_at is not None
        or (held.kind == PASSKEY) != passkey
    ):
        raise Invalid({"credential" if passkey else "key": [NO_SUCH_KEY]})
    return held


def _sign_count(signer: SigningKey) -> int:
    """The authenticator's counter as last seen; 0 for those that keep none."""
    rows = db.session.scalars(
        select(HolderSignature).where(HolderSignature.key_id == signer.id, HolderSignature.authenticator_data.is_not(None))
        .order_by(HolderSignature.id.desc()).limit(1)
    )  # fmt: skip
    last = rows.one_or_none()
    if last is None or last.authenticator_data is None:
        return signer.sign_count or 0
    return int.from_bytes(last.authenticator_data[33:37], "big")


def _keep(
    actor: Actor,
    record: Record,
    signer: SigningKey,
    *,
    signature: bytes,
    assertion: assertions.Assertion | None = None,
) -> HolderSignature:
    public_id, roles = new_public_id(), sorted(actor.roles & SIGNING_ROLES)
    logged = records.append(
        organisation_id=record.organisation_id,
        filing=new_public_id(),
        kind=KIND,
        asset=None,
        submitter=enrolment.submitter_of(actor),
        fields={
            "signature": public_id,
            "signature_sha256": hashlib.sha256(signature).hexdigest(),
            "filing": record.public_id,
            "commitment": record.commitment.hex(),
            "key": signer.public_id,
            "key_sha256": signer.spki_sha256.hex(),
            "roles": roles,
        },
        documents=(),
        idempotency_key=f"holder-signature/{public_id}",
    )
    row = HolderSignature(
        public_id=public_id,
        record_id=record.id,
        key_id=signer.id,
        roles=" ".join(roles),
        signature=signature,
        authenticator_data=assertion.authenticator_data if assertion else None,
        client_data=assertion.client_data if assertion else None,
        signed_at=logged.created_at,
        log_record_id=logged.id,
    )
    row.seal = sealing.seal_signature(row)
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor=actor, action="filing.sign", subject_kind="filing", subject=record.public_id, key=signer.public_id
    )
    return row
