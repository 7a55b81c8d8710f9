"""The full audit's speed beside bare hashing, decryption and signature checking of the same bytes, and its memory.

``fill`` makes records, filings, documents, leaves and checkpoints in bulk; ``measure`` runs floor and audit each in a
process of its own, so that both start cold and peak memory is theirs alone.
"""

from __future__ import annotations

import gc
import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from ipplatform.domain.accounts.actor import SYSTEM
from ipplatform.domain.assets.models import Document
from ipplatform.domain.evidence import keyring, keys, manifest, queries, seals, sequencer
from ipplatform.domain.evidence import leaf as leaves
from ipplatform.domain.evidence.audit import runs
from ipplatform.domain.evidence.formats import merkle, note
from ipplatform.domain.evidence.formats.checkpoint import Checkpoint
from ipplatform.domain.evidence.formats.signing import SigningKey
from ipplatform.domain.evidence.models import LogCheckpoint, Record, RecordDocument
from ipplatform.domain.filings.models import Filing, FilingDocument
from ipplatform.foundation import clock, secretbox, settings, storage
from ipplatform.foundation.db import db, is_sqlite, transaction
from ipplatform.foundation.ids import new_public_id
from tests.factories import make_organisation
from tests.factories.evidence import stored_document
from tests.service import service

RECORDS = (10_000, 100_000)
MORE = "BENCH_AUDIT_RECORDS"
BATCH = 4096
EACH_CHECKPOINT = 16
EACH_DOCUMENT = 10
DOCUMENT_BYTES = 64 * 1024
DOCUMENTS = 64
ABSTRACT = "A valve whose seat is ground after assembly, so that it closes without a spring. " * 8


def records() -> list[int]:
    """Sizes to measure; BENCH_AUDIT_RECORDS=1000000 adds one that takes an hour to fill."""
    return [*RECORDS, *(int(size) for size in os.environ.get(MORE, "").split())]


def measure(database_url: str, folder: Path, *, records: int) -> dict[str, object]:
    """One row of the table; floor and audit take turns, and the faster of two times counts for each."""
    with service(database_url, folder) as started:
        with started.application():
            fill(records)
        turns = [(_apart(database_url, folder, "floor"), _apart(database_url, folder, "audit")) for _ in range(2)]
    bare = min(floor["seconds"] for floor, _audit in turns)
    audit = min((audit for _floor, audit in turns), key=itemgetter("seconds"))
    return {
        "records": records,
        "checkpoints": records // EACH_CHECKPOINT,
        "audit s": round(audit["seconds"], 1),
        "records /s": round(records / audit["seconds"]),
        "µs a record": round(audit["seconds"] / records * 1e6),
        "bare µs a record": round(bare / records * 1e6),
        "audit : bare speed": f"{bare / audit['seconds']:.0%}",
        "peak MiB": audit["mib"],
        "findings": audit["found"],
    }


def _apart(database_url: str, folder: Path, what: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.audit", what, database_url, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def fill(records: int) -> None:
    organisation_id = make_organisation().id
    with transaction():
        documents = [_document(organisation_id, number) for number in range(DOCUMENTS)]
    for first in range(0, records, BATCH):
        with transaction():
            _insert(organisation_id, documents, first, min(BATCH, records - first))
    if not is_sqlite():
        _advance_sequences(records)
    sequencer.run_all()
    _checkpoints(records)


def _advance_sequences(records: int) -> None:
    """The rows came with ids of their own, of which PostgreSQL's sequences know nothing."""
    with transaction():
        for model in (Record, Filing):
            sequence = func.pg_get_serial_sequence(model.__tablename__, "id")
            db.session.execute(select(func.setval(sequence, records)))


def _document(organisation_id: int, number: int) -> tuple[int, manifest.DocumentDigest]:
    kept = stored_document(hashlib.shake_256(bytes([number])).digest(DOCUMENT_BYTES))
    row = Document(
        public_id=new_public_id(), organisation_id=organisation_id, name=kept.name, media_type=kept.media_type,
        size=kept.size, sha256=kept.sha256, sha512=kept.sha512, storage_key=kept.storage_key,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row.id, kept


def _insert(organisation_id: int, documents: list[tuple[int, manifest.DocumentDigest]], first: int, many: int) -> None:
    origin, moment = settings.current().origin, clock.now().replace(microsecond=0)
    records, filings, kept, attached = [], [], [], []
    for number in range(first, first + many):
        identity, public_id, asset = number + 1, new_public_id(), new_public_id()
        own = [documents[number % DOCUMENTS]] if number % EACH_DOCUMENT == 0 else []
        fields = {"title": f"Valve {number}", "abstract": ABSTRACT, "owners": [{"name": "Makers", "share": "1"}]}
        data = manifest.build(
            origin=origin, filing=public_id, kind="registration", asset=asset, previous=None, submitted_at=moment,
            submitter={"organisation": "Makers"}, fields=fields, documents=[digest for _row, digest in own],
        )  # fmt: skip
        salt = hashlib.sha256(public_id.encode()).digest()
        commitment = manifest.commit(salt, data)
        records.append({
            "id": identity, "public_id": public_id, "organisation_id": organisation_id, "asset": asset,
            "kind": "registration", "idempotency_key": f"bench-{number}", "request_digest": "0" * 64,
            "manifest": data, "salt": salt, "commitment": commitment, "created_at": moment,
            "leaf": leaves.build(origin=origin, commitment=commitment, kind="filing", time=int(moment.timestamp())),
            "seal": seals.seal(
                organisation_id=organisation_id, idempotency_key=f"bench-{number}", request_digest="0" * 64,
                storage_keys=[digest.storage_key for _row, digest in own],
            ),
        })  # fmt: skip
        filings.append({
            "id": identity, "public_id": public_id, "organisation_id": organisation_id, "kind": "registration",
            "asset_kind": "patent", "asset": asset, "status": "submitted", "content": fields, "record_id": identity,
            "latest_record_id": identity, "submitted_at": moment, "fields": {},
        })  # fmt: skip
        for row, digest in own:
            kept.append({"record_id": identity, "position": 0, "storage_key": digest.storage_key})
            attached.append({"filing_id": identity, "document_id": row, "role": digest.role})
    for table, rows in ((Record, records), (RecordDocument, kept), (Filing, filings), (FilingDocument, attached)):
        if rows:
            db.session.execute(insert(table), rows)


def _checkpoints(records: int) -> None:
    """Heads as a sequencer would have signed them along the way."""
    signers = keys.signing_keys(records)
    node, moment, rows = queries.node_reader(), clock.now(), []
    known = set(db.session.scalars(select(LogCheckpoint.size)))
    for size in sorted(set(range(EACH_CHECKPOINT, records, EACH_CHECKPOINT)) - known):
        head = Checkpoint(settings.current().origin, size, merkle.root(size, node))
        rows.append({"size": size, "root": head.root, "note": _signed(head, signers), "published_at": moment})
    with transaction():
        db.session.execute(insert(LogCheckpoint), rows)


def _signed(head: Checkpoint, signers: list[SigningKey]) -> bytes:
    return note.Note(head.text, tuple(note.sign(head.text, head.origin, key) for key in signers)).data


def audit() -> int:
    with transaction():
        run = runs.begin(actor=SYSTEM, scope=runs.FULL, in_background=False)
    for _ in runs.drive(run):
        pass
    return run.found


def floor() -> int:
    """Every hash, decryption and signature check that the audit cannot do without, and nothing else."""
    unseal, verifiers = secretbox.opener(), keys.verifier_keys()
    seal = seals.Sealer().seal
    for manifest_, salt, commitment, fields in _rows(
        "SELECT manifest, salt, commitment, COALESCE(organisation_id, 0) || idempotency_key || request_digest FROM evidence_record"
    ):
        if hmac.digest(unseal(salt), unseal(manifest_), "sha256") != commitment:
            raise ValueError("commitment")
        seal([fields.encode()] * len(seals.FIELDS))
    for (entry,) in _rows("SELECT entry FROM log_leaf"):
        merkle.node_hash(merkle.leaf_hash(entry), b"")
    for (content,) in _rows("SELECT content FROM filing"):
        unseal(content)
    for (signed,) in _rows("SELECT note FROM log_checkpoint"):
        opened = note.parse(signed)
        for key in verifiers:
            key.verify(opened.text.encode(), next(s.signature for s in opened.signatures if s.key_id == key.key_id))
    for (key,) in _rows("SELECT storage_key FROM evidence_document"):
        short, long = hashlib.sha256(), hashlib.sha512()
        for chunk in storage.read(key):
            short.update(chunk)
            long.update(chunk)
    return 0


def _rows(statement: str) -> Iterator[Any]:
    yield from db.session.connection().exec_driver_sql(statement, execution_options={"yield_per": 1000})


def main() -> None:
    what, url, folder = sys.argv[1:]
    from config import from_environment
    from ipplatform import create_app

    app = create_app(from_environment(environment="test", data_dir=folder, database_url=url, log_level="ERROR"))
    with app.app_context():
        db.session.execute(select(1))
        # As a worker that has begun: the passphrase is stretched (scrypt) once a process, however large the log is.
        keyring.load(keyring.AUDIT_ED25519)
        gc.freeze()
        # Stretching takes 128 MiB for a moment, which are not the audit's (proc(5): 5 resets the peak).
        Path("/proc/self/clear_refs").write_text("5")
        began = time.process_time()
        found = {"audit": audit, "floor": floor}[what]()
        seconds = time.process_time() - began
        db.session.remove()
    print(json.dumps({"seconds": seconds, "mib": _peak_mib(), "found": found}))


def _peak_mib() -> int:
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) // 1024


if __name__ == "__main__":
    main()
