"""An installation with at least one of everything that evidence vouches for, small enough to be audited thousands of times."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from random import Random
from unittest.mock import patch

import requests
from flask import Flask
from sqlalchemy import update

from config import Settings
from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.assets.importing import runs as imports
from ipplatform.domain.evidence import keys, recovery, sequencer
from ipplatform.domain.evidence.audit import runs as audits
from ipplatform.domain.evidence.certificate import services as certificates
from ipplatform.domain.evidence.erasure import holds
from ipplatform.domain.evidence.formats import note, submission
from ipplatform.domain.evidence.formats.signing import COSIGNATURE, MLDSA44, SoftKey
from ipplatform.domain.evidence.holder import enrolment
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.succession import services as succession
from ipplatform.domain.evidence.time import renewal, stamping
from ipplatform.domain.evidence.witness import client, publication, server, transport
from ipplatform.foundation import jobs, settings
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db, transaction
from tests.authorities import MakeAuthority
from tests.domain.evidence.time.conftest import written
from tests.factories import erasure, evidence, filings, holder
from tests.factories.accounts import actor_of, member
from tests.factories.assets import grant_xml
from tests.factories.licensing import make_licence
from tests.factories.witness import ForeignLog

NEXT_ORIGIN = "second.example/log"
WITNESS = "witness.example/w"


def make(app: Flask, folder: Path, make_authority: MakeAuthority, random: Random) -> Settings:
    """A log that ended and the one after it, with 270 entries and more; the settings it has at the end."""
    scene = erasure.make_scene()
    first = erasure.registered(scene, drawing=b"the first drawing").public_id
    _file(random, 5)
    _continue_under_another_origin(app, folder)
    certified = _rights(scene)
    _holders_keys()
    _others_logs(folder)
    _witnesses(app, folder)
    _set(app, time_authorities=written(folder / "authorities.toml", make_authority("east"), make_authority("west")))
    for many in (3, 250, 7, 5):
        _file(random, many)
        _cosign()
    stamping.stamp_newest()
    certificates.certificate(actor=scene.holder, filing=certified, language="en")
    renewal.renew(every=True)
    _file(random, 3)
    stamping.stamp_newest()
    _audits(first)
    sequencer.run_all()
    _cosign()
    db.session.remove()
    return settings.current()


def _set(app: Flask, **changes: object) -> None:
    app.config["SETTINGS"] = replace(settings.current(), **changes)  # type: ignore[arg-type]


def _file(random: Random, many: int) -> None:
    with transaction():
        for number in range(many):
            documents = []
            if number % 5 == 0:
                documents = [evidence.stored_document(random.randbytes(random.randint(1, 300)))]
            evidence.append(asset=f"{number % 9:016d}", documents=documents)
    sequencer.run_all()


def _continue_under_another_origin(app: Flask, folder: Path) -> None:
    succession.freeze(actor=SYSTEM, reason="the key was stolen")
    _set(app, origin=NEXT_ORIGIN, log_store=str(folder / "log-2"))
    succession.succeed(actor=SYSTEM)
    recovery.check_at_start()
    sequencer.run_all()


def _rights(scene: erasure.Scene) -> str:
    """A case under examination, one erased, one held (returned), a licence, and an asset that an office registered."""
    filings.submitted(scene.holder)
    filings.decided(scene.holder, "deficient")
    scene.erase(erasure.registered(scene, drawing=b"what is erased"))
    held = erasure.registered(scene)
    with transaction():
        holds.place(
            actor=scene.registrars[0], subject=held.public_id, reason="A dispute.", authority="The court",
            reference="12 O 34/26",
        )  # fmt: skip
    make_licence()
    person, organisation = member("filer")
    with transaction():
        office_file = io.BytesIO(grant_xml().encode())
        imports.upload(
            actor=actor_of(person, organisation), organisation=organisation, stream=office_file, name="a.xml"
        )
    jobs.run_all()
    sequencer.run_all()
    return held.public_id


def _holders_keys() -> None:
    _person, _organisation, actor = holder.signer()
    for kind in ("ed25519", "p256"):
        key, private = holder.enrolled(actor, holder.key_pair(kind), name=f"Office {kind}")
        holder.signed(actor, evidence.make_record(organisation_id=actor.organisation_id), key, private)
    passkey, authenticator = holder.enrolled_passkey(actor)
    holder.signed_by_passkey(actor, evidence.make_record(organisation_id=actor.organisation_id), passkey, authenticator)
    spare, _private = holder.enrolled(actor, name="Spare key")
    with transaction():
        enrolment.revoke(actor=actor, key=spare.public_id, reason="lost")
    sequencer.run_all()


def _others_logs(folder: Path) -> None:
    """One that we witness, and one that showed us two histories."""
    honest, forked = ForeignLog("honest.example/log"), ForeignLog("forked.example/log")
    file = settings.current().witness_logs
    file.write_text("".join(f"{key.vkey}\n" for log in (honest, forked) for key in log.vkeys))
    for sent in (honest.submission(0, 7), forked.submission(0, 9), forked.fork(5).submission(9, 9)):
        with transaction():
            server.add_checkpoint(sent)


_witness_keys = [SoftKey.generate(COSIGNATURE), SoftKey.generate(MLDSA44)]


def _witnesses(app: Flask, folder: Path) -> None:
    """A policy with one witness of two keys."""
    vkeys = [note.verifier_of(WITNESS, key).vkey for key in _witness_keys]
    lines = [f"witness w{number} {vkey} https://{WITNESS}" for number, vkey in enumerate(vkeys)]
    file = folder / "witnesses.txt"
    file.write_text("\n".join([*lines, "group both all w0 w1", "quorum both", ""]))
    _set(app, witness_policy=file)
    keys.refresh_policy()


def _cosign() -> None:
    with patch.object(transport, "add_checkpoint", _cosigned), client.Client() as asking:
        assert asking.round(patiently=False) == len(_witness_keys)
    publication.arrived.set()
    assert publication.publish_arrived()


def _cosigned(_session: requests.Session, _prefix: str, body: bytes) -> transport.Reply:
    text = note.parse(submission.parse(body).checkpoint).text
    lines = [note.sign(text, WITNESS, key, time=int(now().timestamp())).line for key in _witness_keys]
    return transport.Reply(200, "".join(lines).encode(), server.TEXT_TYPE)


def _audits(filing: str) -> None:
    """Three that ended: one of a single record, one that found something wrong, and one that found all whole."""
    _audit(audits.ONE, filing)
    changed = update(Record).where(Record.public_id == filing)
    with transaction():
        db.session.execute(changed.values(kind="licence"))
    _audit(audits.FULL)
    with transaction():
        db.session.execute(changed.values(kind="registration"))
    _audit(audits.FULL)


def _audit(scope: str, filing: str | None = None) -> None:
    with transaction():
        run = audits.begin(actor=SYSTEM, scope=scope, filing=filing, in_background=False)
    for _ in audits.drive(run):
        pass
