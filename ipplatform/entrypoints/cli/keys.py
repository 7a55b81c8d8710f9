"""``ipplatform keys``: which keys there are, and their rotation."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from flask.cli import with_appcontext

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.evidence import keyring, keys, rotation, sequencer
from ipplatform.domain.evidence.certificate import keys as pdf
from ipplatform.domain.evidence.formats import note
from ipplatform.foundation import settings
from ipplatform.foundation.db import transaction
from ipplatform.foundation.keyfile import KeyFileError

Result = TypeVar("Result")
PATIENCE_SECONDS = 20.0


@click.group("keys")
def command() -> None:
    """The keys of this installation."""


@command.command("list")
@with_appcontext
def list_keys() -> None:
    """Every key with its id; for the log's keys also the sizes of heads that must bear their signature."""
    for item in _or_complain(keys.log_keys):
        until = "" if item.until is None else f" to {item.until - 1}, retired"
        purpose = keys.PURPOSE_OF[item.key.algorithm]
        click.echo(f"{purpose:<18} {item.key.key_id.hex()}  heads from {item.since}{until}\n  {item.key.vkey}")
    for purpose, name in keyring.NAMES.items():
        for public in keyring.public_halves(purpose):
            key = note.VerifierKey(name(settings.current().origin), keyring.ALGORITHMS[purpose], public)
            click.echo(f"{purpose:<18} {key.key_id.hex()}\n  {key.vkey}")
    for certificate in _or_complain(pdf.known):
        click.echo(f"{pdf.PURPOSE:<18} {_described(certificate)}")


@command.command("rotate")
@click.argument("purpose", type=click.Choice([*keyring.ALGORITHMS, pdf.PURPOSE]))
@with_appcontext
def rotate(purpose: str) -> None:
    """Make a new key of PURPOSE. The log's old key signs beside it until it is retired."""
    if purpose == pdf.PURPOSE:
        click.echo(f"{purpose}: a new key signs certificates from now on\n{_described(_or_complain(pdf.create))}")
        return
    if purpose not in keys.PURPOSES:
        key = _or_complain(lambda: keyring.create(purpose))
        click.echo(f"{purpose}: a new key signs from now on; tell those who trust the old one")
        click.echo(note.VerifierKey(keyring.NAMES[purpose](settings.current().origin), key.algorithm, key.public).vkey)
        return
    new = _or_complain(lambda: _alone(lambda: rotation.rotate(actor=SYSTEM, purpose=purpose)))
    click.echo(f"{purpose}: {new.key.key_id.hex()} signs every head from {new.since} entries on, beside the old key")
    click.echo(new.key.vkey)


@command.command("retire")
@click.argument("key_id")
@with_appcontext
def retire(key_id: str) -> None:
    """End an overlap: the log's key KEY_ID (8 digits, from `keys list`) no longer signs."""
    ended = _or_complain(lambda: _alone(lambda: rotation.retire(actor=SYSTEM, key_id=key_id.lower())))
    click.echo(f"{ended.key.key_id.hex()} is retired; heads from {ended.until} entries on do without it")


@command.command("request")
@with_appcontext
def request() -> None:
    """A certification request (PEM) for the key that signs PDFs, for an authority that people trust."""
    click.echo(_or_complain(pdf.request).decode(), nl=False)


@command.command("certify")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@with_appcontext
def certify(file: Path) -> None:
    """Sign PDFs with the certificate in FILE: PEM, that of our key first, then the chain above it."""
    click.echo(f"{pdf.PURPOSE}: {_described(_or_complain(lambda: pdf.install(file.read_bytes())))}")


def _described(certificate: x509.Certificate) -> str:
    digest = certificate.fingerprint(SHA256()).hex()[:16].upper()
    return (
        f"{digest}  {certificate.subject.rfc4514_string()}, issued by {certificate.issuer.rfc4514_string()}, "
        f"valid to {certificate.not_valid_after_utc:%Y-%m-%d}"
    )


def _alone(act: Callable[[], Result]) -> Result:
    """Between two batches of the sequencer, which holds the lock for moments only."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with sequencer.exclusive(), transaction():
                return act()
        except sequencer.Busy:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)


def _or_complain(act: Callable[[], Result]) -> Result:
    try:
        return act()
    except (keys.KeyProblem, KeyFileError, sequencer.Halt, sequencer.Busy) as problem:
        raise click.ClickException(str(problem)) from problem
