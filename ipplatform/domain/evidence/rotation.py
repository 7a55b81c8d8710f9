"""Rotating the log's keys: an overlap in which old and new sign every head, then the old one retires.

Each change is a `key` leaf of the log whose manifest names the keys and the sizes from which they are demanded.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ipplatform.domain.accounts.actor import Actor
from ipplatform.domain.audit import services as trail
from ipplatform.domain.evidence import keyring, keys, services, signer
from ipplatform.domain.evidence.formats import note
from ipplatform.domain.evidence.keys import KeyProblem, LogKey
from ipplatform.foundation import settings
from ipplatform.foundation.ids import new_public_id


def rotate(*, actor: Actor, purpose: str) -> LogKey:
    """Let a new key of `purpose` (log-ed25519 or log-mldsa44) sign beside the present ones from the next head on.

    The caller holds the sequencer's lock and commits. Raises KeyProblem while an earlier rotation of this purpose overlaps, or when
    a token offers no new key.
    """
    algorithm = keyring.ALGORITHMS[purpose]
    known = keys.log_keys()
    if purpose not in keys.PURPOSES:
        raise KeyProblem(f"{purpose} is not a key of the log")
    if sum(item.key.algorithm == algorithm and item.until is None for item in known) > 1:
        raise KeyProblem(f"Two keys of {purpose} sign already. Retire the old one first: `ipplatform keys retire`.")
    new = LogKey(_new_key(purpose, known), _next_size())
    _append(actor, "rotate", new, since=new.since)
    _change((*known, new))
    return new


def retire(*, actor: Actor, key_id: str) -> LogKey:
    """End the overlap: from the next head on the key with this id (8 hexadecimal digits) no longer signs.

    Its private half stays where it is until the operator destroys it. Raises KeyProblem for an unknown key and for the
    last one of its algorithm.
    """
    known = keys.log_keys()
    found = next((item for item in known if item.key.key_id.hex() == key_id and item.until is None), None)
    if found is None:
        raise KeyProblem(f"No key {key_id} signs this log. `ipplatform keys list` shows those that do.")
    if sum(item.key.algorithm == found.key.algorithm and item.until is None for item in known) < 2:
        raise KeyProblem(f"{key_id} is the only key of its algorithm. Rotate first: `ipplatform keys rotate`.")
    ended = replace(found, until=max(_next_size(), found.since))
    _append(actor, "retire", ended, until=ended.until)
    _change(tuple(ended if item is found else item for item in known))
    return ended


def _new_key(purpose: str, known: tuple[LogKey, ...]) -> note.VerifierKey:
    """Made here, or the first in the token when the log signs with a token."""
    in_token = purpose == keyring.LOG_ED25519 and bool(settings.current().log_key_pkcs11)
    key = note.verifier_of(settings.current().origin, keyring.load(purpose) if in_token else keyring.create(purpose))
    if any(item.key == key for item in known):
        raise KeyProblem(
            "The token's first key signs already. Make another pair in the token and put its address before the "
            "present one in LOG_KEY_PKCS11, separated by a space."
        )
    return key


def _next_size() -> int:
    head = signer.head()
    return head.size + 1 if head else 0


def _change(found: tuple[LogKey, ...]) -> None:
    """The policy last: who reads it early only demands a signature that is there already."""
    keys.write_log_keys(found)
    keys.publish_policy()


def _append(actor: Actor, act: str, changed: LogKey, **sizes: Any) -> None:
    """The statement in the log, so that whoever watches it learns of the change with the log's own signature."""
    services.append(
        organisation_id=None,
        filing=new_public_id(),
        kind="log_key",
        asset=None,
        submitter={"office": "operator"},
        fields={"act": act, "vkey": changed.key.vkey, **sizes},
        documents=(),
        idempotency_key=f"key-{act}-{changed.key.key_id.hex()}",
        leaf_kind="key",
    )
    trail.record(actor=actor, action=f"key.{act}", subject_kind="key", subject=changed.key.key_id.hex(), **sizes)
