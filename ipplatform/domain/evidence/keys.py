"""Public keys of the log and its policy: who must have signed a checkpoint of which size.

`log.vkeys` holds a verifier key a line, then the size from which its signature is demanded and, once it is retired, the
size from which it is no longer: `<vkey> <from> [<until>]`. Both algorithms are demanded of every checkpoint.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ipplatform.domain.evidence import keyring
from ipplatform.domain.evidence.certificate import keys as pdf
from ipplatform.domain.evidence.formats import checkpoint as checkpoints
from ipplatform.domain.evidence.formats import note
from ipplatform.domain.evidence.formats.checkpoint import Checkpoint
from ipplatform.domain.evidence.formats.policy import Policy, PolicyError
from ipplatform.domain.evidence.formats.policy import parse as parse_policy
from ipplatform.domain.evidence.formats.signing import SigningKey
from ipplatform.domain.evidence.store.choice import published
from ipplatform.domain.evidence.witness.policy import with_witnesses
from ipplatform.foundation import keyfile, settings
from ipplatform.foundation.keyfile import KeyFileError
from ipplatform.foundation.storage import write_durably

VKEYS_FILE = "log.vkeys"
POLICY_FILE = "policy"
UNENCRYPTED_FILE = "log-ed25519.pem"
PURPOSES = (keyring.LOG_ED25519, keyring.LOG_MLDSA44)
PURPOSE_OF = {keyring.ALGORITHMS[purpose]: purpose for purpose in PURPOSES}


class KeyProblem(Exception):
    """A key file is missing, or does not belong to this log."""


@dataclass(frozen=True)
class LogKey:
    """A key of the log. Checkpoints of `since` <= size < `until` must bear its signature; `until` None: from then on."""

    key: note.VerifierKey
    since: int = 0
    until: int | None = None

    @property
    def line(self) -> str:
        return " ".join([self.key.vkey, str(self.since), *([] if self.until is None else [str(self.until)])]) + "\n"

    def demanded_at(self, size: int) -> bool:
        return self.since <= size and (self.until is None or size < self.until)


def ensure() -> None:
    """Make the keys of an installation where there are none, and publish the policy; an existing key is never touched.

    A policy whose addresses or witnesses alone have changed is published anew; any other difference is left for the
    audit to find.
    """
    settings.current().keys_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    keyfile.ensure_passphrase()
    _encrypt_old_key()
    for purpose in keyring.ALGORITHMS:
        keyring.ensure(purpose)
    pdf.ensure()
    _ensure_vkeys()
    refresh_policy()


def refresh_policy() -> None:
    """Publish the policy where there is none, or where settings have changed what it says beside the log's keys."""
    standing = published_policy()
    if standing is None or _has_moved(standing):
        publish_policy()


def publish_policy() -> None:
    published().replace(POLICY_FILE, policy().text.encode(), instead_of=published_policy())


def published_policy() -> bytes | None:
    return published().read(POLICY_FILE)


def demands_what_it_should(standing: bytes) -> bool:
    """Whether the published policy trusts exactly our keys and quorum; the addresses in it are only hints."""
    now = policy()
    try:
        return replace(parse_policy(standing.decode()), urls=now.urls) == now
    except (UnicodeDecodeError, PolicyError):
        return False


def signing_keys(size: int) -> list[SigningKey]:
    """The private halves that must sign a checkpoint of `size`. Raises KeyProblem when one is not here."""
    try:
        return [keyring.load_public(PURPOSE_OF[key.algorithm], key.public) for key in verifier_keys(size)]
    except KeyFileError as error:
        raise KeyProblem(str(error)) from error


def log_keys() -> tuple[LogKey, ...]:
    """Every key the log ever had, oldest first. Raises KeyProblem."""
    path = settings.current().keys_dir / VKEYS_FILE
    try:
        found = parse_log_keys(path.read_text())
    except (OSError, ValueError) as error:
        raise KeyProblem(f"the log's verifier keys {path} cannot be read: {error}") from error
    if not found or any(item.key.name != settings.current().origin for item in found):
        raise KeyProblem(
            f"{path} holds no key named {settings.current().origin}; was LOG_ORIGIN changed? To continue a frozen log "
            "under a new origin: `ipplatform log succeed`."
        )
    return found


def parse_log_keys(text: str) -> tuple[LogKey, ...]:
    """The lines of a file of verifier keys with their sizes. Raises ValueError."""
    return tuple(_log_key(line) for line in text.split("\n") if line)


def verifier_keys(size: int | None = None) -> tuple[note.VerifierKey, ...]:
    """Every key that must have signed a checkpoint of `size`; without one, of those to come."""
    wanted = tuple(item.key for item in log_keys() if (item.until is None if size is None else item.demanded_at(size)))
    if not wanted or (size is None and {key.algorithm for key in wanted} != set(PURPOSE_OF)):
        raise KeyProblem(f"{settings.current().keys_dir / VKEYS_FILE} demands no Ed25519 or no ML-DSA-44 signature")
    return wanted


def open_checkpoint(data: bytes) -> Checkpoint:
    """The checkpoint in a note of this log, signed by every key that its size demands.

    Raises NoteError or CheckpointError.
    """
    size = checkpoints.parse(note.parse(data).text).size
    return checkpoints.open_signed(data, settings.current().origin, verifier_keys(size))


def policy(size: int | None = None) -> Policy:
    """What a verifier should demand of a checkpoint of `size`: every log key, and the configured witnesses."""
    demanded = verifier_keys(size)
    log = Policy(demanded, urls={key.vkey: f"{settings.current().base_url}/log" for key in demanded})
    return with_witnesses(log)


def write_log_keys(found: tuple[LogKey, ...]) -> None:
    write_durably(settings.current().keys_dir / VKEYS_FILE, "".join(item.line for item in found).encode())


def _has_moved(standing: bytes) -> bool:
    """Addresses and witnesses are settings; a difference in the log's own keys is none, and the audit's to find."""
    now, found = policy(), standing
    try:
        return found != now.text.encode() and parse_policy(found.decode()).logs == now.logs
    except (UnicodeDecodeError, PolicyError):
        return False


def _log_key(line: str) -> LogKey:
    vkey, *sizes = line.split(" ")
    since, until = (int(sizes[0]) if sizes else 0), (int(sizes[1]) if len(sizes) > 1 else None)
    if len(sizes) > 2 or since < 0 or (until is not None and until < since):
        raise ValueError(f"the line {line[:80]!r} is not a verifier key with its sizes")
    return LogKey(note.parse_vkey(vkey), since, until)


def _ensure_vkeys() -> None:
    """The public halves of a new log; one that began before ML-DSA-44 demands it from its next size on."""
    path = settings.current().keys_dir / VKEYS_FILE
    if not path.exists():
        write_log_keys(tuple(LogKey(_own(purpose)) for purpose in PURPOSES))
        return
    known = log_keys()
    if not any(item.key.algorithm == keyring.ALGORITHMS[keyring.LOG_MLDSA44] for item in known):
        write_log_keys((*known, LogKey(_own(keyring.LOG_MLDSA44), _signed_size() + 1)))
        publish_policy()


def _own(purpose: str) -> note.VerifierKey:
    try:
        return note.verifier_of(settings.current().origin, keyring.load(purpose))
    except KeyFileError as error:
        raise KeyProblem(str(error)) from error


def _signed_size() -> int:
    from ipplatform.domain.evidence import signer

    head = signer.head()
    return head.size if head else -1


def _encrypt_old_key() -> None:
    """A key from before keys were encrypted at rest is sealed and its open file removed."""
    path = settings.current().keys_dir / UNENCRYPTED_FILE
    if not path.exists():
        return
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyProblem(f"{path} does not hold an Ed25519 key")
    sealed = settings.current().keys_dir / f"{keyring.LOG_ED25519}{keyring.SUFFIX}"
    if not sealed.exists():
        public = key.public_key().public_bytes_raw()
        keyfile.write(sealed, key.private_bytes_raw(), purpose=keyring.LOG_ED25519, public=public)
    path.unlink()
