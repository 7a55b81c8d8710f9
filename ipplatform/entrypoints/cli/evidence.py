"""``ipplatform evidence``: verify a bundle anywhere, export one here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import with_appcontext

from ipplatform.domain.evidence import verify as verification
from ipplatform.domain.evidence.bundle.reader import Bundle, Unusable
from ipplatform.domain.evidence.formats import audit_report
from ipplatform.domain.evidence.formats import policy as policies
from ipplatform.domain.evidence.formats.note import NoteError, parse_vkey
from ipplatform.domain.evidence.report import Check
from ipplatform.domain.evidence.time import trust
from ipplatform.domain.evidence.time.errors import TokenError
from ipplatform.domain.evidence.witness import verify as witnesses


@click.group("evidence")
def command() -> None:
    """Bundles of evidence."""


@command.command("verify")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--policy", "policy_file", type=click.Path(path_type=Path), help="The tlog-policy file you trust.")
@click.option("--vkey", "vkeys", multiple=True, help="A verifier key of the log that you trust; may be repeated.")
@click.option(
    "--tsa-root",
    "roots",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A PEM file with the root certificates of time-stamping authorities that you trust; may be repeated.",
)
def verify(bundle: Path, policy_file: Path | None, vkeys: tuple[str, ...], roots: tuple[Path, ...]) -> None:
    """Verify BUNDLE.zip, or a proof that a log equivocated, offline. Exit 0: verified; 1: refuted; 2: unusable input."""
    try:
        trusted = _trusted(policy_file, vkeys)
        authorities = _roots(roots)
        checks = []
        for check in _checks(bundle, trusted, authorities):
            checks.append(check)
            click.echo(check.line)
    except (Unusable, TokenError, policies.PolicyError, NoteError, OSError, UnicodeDecodeError) as error:
        click.echo(f"UNUSABLE {error}")
        raise SystemExit(verification.UNUSABLE) from error
    result = verification.outcome(checks)
    click.echo("VERIFIED" if result == verification.VERIFIED else "REFUTED")
    raise SystemExit(result)


@command.command("verify-report")
@click.argument("report", type=click.Path(path_type=Path))
@click.option("--vkey", required=True, help="The key of the audit, which you got on another way than the report.")
def verify_report(report: Path, vkey: str) -> None:
    """Verify the signed REPORT of an audit, offline. Exit 0: verified; 1: refuted; 2: unusable input."""
    try:
        content = audit_report.verify(report.read_bytes(), [parse_vkey(vkey)])
    except audit_report.Refuted as error:
        click.echo(f"REFUTED {error}")
        raise SystemExit(verification.REFUTED) from error
    except (audit_report.Unusable, NoteError, OSError) as error:
        click.echo(f"UNUSABLE {error}")
        raise SystemExit(verification.UNUSABLE) from error
    for name in audit_report.SHOWN:
        click.echo(f"{name:<10} {content[name]}")
    for finding in content["findings"]:
        click.echo(f"finding    {finding['record']}: {finding['field']}")
    click.echo("VERIFIED")


@command.command("export")
@click.argument("filing")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Defaults to evidence-FILING.zip.")
@click.option("--public", "public_only", is_flag=True, help="Leave out what is not public.")
@with_appcontext
def export(filing: str, output: Path | None, public_only: bool) -> None:
    """Write the evidence of FILING as a bundle. Exit 1, and no file, where it is refused or a document was changed."""
    from ipplatform.domain.accounts.actor import SYSTEM
    from ipplatform.domain.audit import services as trail
    from ipplatform.domain.evidence import queries
    from ipplatform.domain.evidence.bundle import archive, contents
    from ipplatform.foundation.db import transaction
    from ipplatform.foundation.ids import parse_id

    with transaction(reads_only=True):
        with refusals():
            record = queries.record_by_filing(parse_id(filing) or "")
            if record is None:
                raise click.ClickException("there is no such filing")
            members = contents.members(record, with_filing=not public_only)
            archive.check_files(members)
        path = output or Path(f"evidence-{record.public_id}.zip")
        with open(path, "wb") as handle:
            for chunk in archive.stream(members):
                handle.write(chunk)
    if not public_only:
        with transaction():
            trail.record_read(
                actor=SYSTEM, action="filing.bundle", subject_kind="filing", subject=record.public_id, role=trail.SYSTEM
            )
    click.echo(str(path))


@command.command("certificate")
@click.argument("filing")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Defaults to certificate-FILING-LANGUAGE.pdf.")
@with_appcontext
def certificate(filing: str, language: str, output: Path | None) -> None:
    """Write the certificate of FILING as PDF; it is issued now when it was not before."""
    from ipplatform.domain.accounts.actor import SYSTEM
    from ipplatform.domain.evidence.certificate import services
    from ipplatform.foundation.ids import parse_id

    with refusals():
        found = services.certificate(actor=SYSTEM, filing=parse_id(filing) or "", language=language)
    path = output or Path(found.name)
    path.write_bytes(found.content)
    click.echo(f"{path}: " + (f"time stamp of {found.stamped_by}" if found.stamped_by else "without a time stamp"))


@contextmanager
def refusals() -> Iterator[None]:
    """A refusal, or stored bytes that were changed, is said in a line and ends the command with 1."""
    from ipplatform.foundation.errors import DomainError, StoredDamage
    from ipplatform.foundation.secretbox import Damaged

    try:
        yield
    except Damaged as error:
        raise click.ClickException(str(StoredDamage())) from error
    except DomainError as error:
        raise click.ClickException(str(error)) from error


def _checks(file: Path, trusted: policies.Policy | None, authorities: bytes | None) -> Iterator[Check]:
    if witnesses.is_equivocation(file):
        yield from witnesses.equivocation_checks(file, trusted)
        return
    with Bundle(file) as opened:
        yield from verification.verify(opened, trusted, authorities)


def _roots(files: tuple[Path, ...]) -> bytes | None:
    """Raises TokenError when a file holds something other than certificates."""
    return b"".join(trust.to_pem(trust.certificates_in(file.read_bytes())) for file in files) or None


def _trusted(policy_file: Path | None, vkeys: tuple[str, ...]) -> policies.Policy | None:
    if policy_file is not None:
        return policies.parse(policy_file.read_text(encoding="utf-8"))
    return policies.Policy(tuple(parse_vkey(key) for key in vkeys)) if vkeys else None
