"""Checks the time stamps in a bundle: no database, no network, each token at its own time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from ipplatform.domain.evidence.bundle.reader import Bundle
from ipplatform.domain.evidence.formats import checkpoint, merkle, note, proof
from ipplatform.domain.evidence.manifest import timestamp
from ipplatform.domain.evidence.report import Check, Refuted
from ipplatform.domain.evidence.time import chain, trust
from ipplatform.domain.evidence.time.bundle import CHECKPOINT, FOLDER, PROOF
from ipplatform.domain.evidence.time.chain import Link
from ipplatform.domain.evidence.time.errors import TokenError
from ipplatform.domain.evidence.time.trust import Material
from ipplatform.domain.evidence.time.verification import Verified

TOKEN = re.compile(r"time/(?:renewal-(\d{3})-)?([a-z0-9][a-z0-9-]*)\.tsr")
NONE = "no independent time stamp; the time of filing is the platform's statement"


def checks(bundle: Bundle, roots: bytes | None, *, now: datetime | None = None) -> Iterator[Check]:
    """One line a token, and what it proves. `roots` are authorities' root certificates in PEM that the caller trusts.

    Raises Refuted for a token or a proof that is false, NoteError and its like for malformed files.
    """
    if not any(name.startswith(FOLDER) for name in bundle.names):
        yield Check(None, "time", NONE)
        return
    stamped = bundle.read(CHECKPOINT)
    yield Check(True, "time", _inclusion(bundle, stamped))
    links = chain.in_order([_link(bundle, name, roots) for name in bundle.names if name.endswith(".tsr")])
    _require_numbered(links)
    verified = [(link, _verified(stamped, links, link)) for link in links]
    for link, found in verified:
        yield Check(True, "time", _says(link, found))
        yield from _gap(link, found, chain.held_until(link, verified), now or datetime.now(UTC))
    if roots is None:
        names = sorted({found.path.certificates[-1].subject.human_friendly for _link, found in verified})
        shown = "; ".join(names)
        yield Check(None, "time", f"the authorities' roots came from the bundle itself; compare them: {shown}")


def _inclusion(bundle: Bundle, stamped: bytes) -> str:
    proved = proof.parse(bundle.read(PROOF))
    if proved.checkpoint != stamped:
        raise Refuted(f"{PROOF} is against another checkpoint than {CHECKPOINT}")
    head = checkpoint.parse(note.parse(stamped).text)
    own = checkpoint.parse(note.parse(proof.parse(bundle.read("log/entry.tlog-proof")).checkpoint).text)
    if head.origin != own.origin:
        raise Refuted(f"{CHECKPOINT} is of another log")
    entry = merkle.leaf_hash(bundle.read("log/entry.json"))
    merkle.verify_inclusion(entry, proved.index, head.size, proved.path, head.root)
    return f"the stamped head of {head.size} entries contains this entry"


def _link(bundle: Bundle, name: str, roots: bytes | None) -> Link:
    matched = TOKEN.fullmatch(name)
    if not matched:
        raise Refuted(f"{name} is not the name of a time stamp")
    stem = name.removesuffix(".tsr")
    certificates = bundle.read(f"{stem}.pem")
    crls = bundle.read(f"{stem}.crl") if f"{stem}.crl" in bundle.names else b""
    try:
        own = trust.to_pem(trust.certificates_in(certificates)[-1:])
    except TokenError as error:
        raise Refuted(f"{stem}.pem: {error}") from error
    return Link(matched[2], int(matched[1] or 0), bundle.read(name), Material(roots or own, certificates, crls))


def _require_numbered(links: Sequence[Link]) -> None:
    numbers = [link.renewal for link in links if link.renewal]
    if numbers != list(range(1, len(numbers) + 1)) or len(numbers) == len(links):
        raise Refuted("time stamps are missing: renewals are numbered from 001 and follow a first one")


def _verified(stamped: bytes, links: Sequence[Link], link: Link) -> Verified:
    try:
        return chain.verify(stamped, links, link)
    except TokenError as error:
        raise Refuted(f"{FOLDER}{link.stem}.tsr: {error}") from error


def _says(link: Link, found: Verified) -> str:
    revocation = "not revoked then" if link.material.crls else "revocation was not recorded"
    if link.renewal:
        return (
            f"{link.authority} stamped everything before at {timestamp(found.token.gen_time)} (renewal {link.renewal}); "
            f"its certificate was valid and {revocation}"
        )
    return (
        f"{link.authority} stamped the head at {timestamp(found.token.gen_time)}; the entry existed by "
        f"{timestamp(found.token.latest)}; its certificate was valid and {revocation}"
    )


def _gap(link: Link, found: Verified, renewed_at: datetime | None, now: datetime) -> Iterator[Check]:
    """A token speaks for itself until it ends; afterwards only a renewal made before that speaks for it."""
    ends = found.ends_at
    if renewed_at is not None and renewed_at > ends:
        text = f"{link.stem} ended on {timestamp(ends)}, before it was renewed: it could have been forged in between"
        yield Check(None, "time", text)
    elif renewed_at is None and now > ends:
        text = f"{link.stem} ended on {timestamp(ends)} and nothing renews it: ask the platform for a newer bundle"
        yield Check(None, "time", text)
