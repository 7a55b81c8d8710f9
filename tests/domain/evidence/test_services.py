from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from flask import Flask

from ipplatform.domain.evidence import leaf, manifest, queries, services
from ipplatform.domain.evidence.formats.canonical import CanonicalError
from ipplatform.domain.evidence.models import Record
from ipplatform.foundation.db import db, transaction
from ipplatform.foundation.errors import Conflict
from ipplatform.foundation.ids import new_public_id
from tests.databases import both_databases
from tests.factories import make_organisation
from tests.factories.evidence import append, make_record, stored_document

ASSET = "0123456789abcdef"


def manifest_of(record: Record) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(record.manifest or b"")
    return value


def roll_back_an_append() -> None:
    try:
        with transaction():
            append()
            raise RuntimeError
    except RuntimeError:
        pass


@both_databases
def test_a_filing_becomes_a_pending_record_whose_bytes_give_its_leaf(app: Flask) -> None:
    record = make_record(kind="registration", fields={"title": "Valve"}, documents=[stored_document(b"claims")])
    assert record.leaf_index is None
    assert not queries.is_included(record)
    assert record.manifest is not None
    assert record.salt is not None
    assert record.commitment == manifest.commit(record.salt, record.manifest)
    parsed = leaf.parse(record.leaf)
    assert parsed.commitment == record.commitment.hex()
    assert parsed.time == int(record.created_at.timestamp())
    assert manifest_of(record)["filing"] == record.public_id
    assert len(record.leaf) <= 300


@both_databases
def test_manifest_and_salt_are_not_readable_in_the_database(app: Flask) -> None:
    record = make_record(fields={"title": "Very secret valve"})
    stored = db.session.connection().exec_driver_sql("SELECT manifest, salt, commitment FROM evidence_record").one()
    assert b"secret" not in bytes(stored[0])
    assert record.salt not in bytes(stored[1])


@both_databases
def test_a_repeated_request_gives_the_same_record(app: Flask) -> None:
    organisation = make_organisation()
    same = {"organisation_id": organisation.id, "idempotency_key": "k", "fields": {"a": 1}, "filing": new_public_id()}
    assert make_record(**same).id == make_record(**same).id


@both_databases
def test_the_key_of_another_request_is_refused(app: Flask) -> None:
    organisation = make_organisation()
    make_record(organisation_id=organisation.id, idempotency_key="k", fields={"a": 1})
    with pytest.raises(Conflict) as refused:
        make_record(organisation_id=organisation.id, idempotency_key="k", fields={"a": 2})
    assert refused.value.code == "idempotency_mismatch"
    assert refused.value.status == 409


def entered(organisation_id: int, *, digest: str, fields: dict[str, Any]) -> Record:
    """A record of an asset made for it, as a program's filing enters one."""
    with transaction():
        return services.enter(
            services.new_record(
                organisation_id=organisation_id,
                filing=new_public_id(),
                kind="registration",
                asset=new_public_id(),
                submitter={"organisation": "Makers"},
                fields=fields,
                documents=(),
                idempotency_key="k",
                digest=services.request_digest(digest),
            )
        )


def test_the_callers_digest_decides_what_the_same_request_is(app: Flask) -> None:
    organisation = make_organisation()
    first = entered(organisation.id, digest="one", fields={"a": 1})
    assert entered(organisation.id, digest="one", fields={"a": 2}).id == first.id
    with pytest.raises(Conflict):
        entered(organisation.id, digest="two", fields={"a": 1})


def test_another_organisation_may_use_the_same_key(app: Flask) -> None:
    first, second = make_organisation(), make_organisation()
    one = make_record(organisation_id=first.id, idempotency_key="k")
    assert make_record(organisation_id=second.id, idempotency_key="k").id != one.id


def test_each_filing_about_an_asset_names_the_commitment_before_it(app: Flask) -> None:
    first, second, other = make_record(asset=ASSET), make_record(asset=ASSET), make_record(asset="f" * 16)
    third = make_record(asset=ASSET)
    assert manifest_of(first)["previous"] is None
    assert manifest_of(other)["previous"] is None
    assert manifest_of(second)["previous"] == first.commitment.hex()
    assert manifest_of(third)["previous"] == second.commitment.hex()
    assert [record.id for record in queries.history(ASSET)] == [first.id, second.id, third.id]


def test_equal_filings_have_different_commitments(app: Flask) -> None:
    assert make_record(fields={"a": 1}).commitment != make_record(fields={"a": 1}).commitment


def test_a_float_in_the_fields_is_refused_and_nothing_is_kept(app: Flask) -> None:
    with pytest.raises(CanonicalError):
        make_record(fields={"price": 1.5})
    with transaction(reads_only=True):
        assert db.session.query(Record).count() == 0


def test_a_refused_transaction_leaves_no_record(app: Flask) -> None:
    roll_back_an_append()
    with transaction(reads_only=True):
        assert db.session.query(Record).count() == 0


@both_databases
def test_racing_requests_with_one_key_make_one_record(app: Flask) -> None:
    organisation_id = make_organisation().id
    filing, found, barrier = new_public_id(), [], threading.Barrier(6)

    def submit() -> None:
        with app.app_context():
            barrier.wait()
            with transaction():
                found.append(
                    append(organisation_id=organisation_id, filing=filing, idempotency_key="k", fields={"a": 1}).id
                )
            db.session.remove()

    threads = [threading.Thread(target=submit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1


@both_databases
def test_racing_filings_about_one_asset_form_one_chain(app: Flask) -> None:
    barrier = threading.Barrier(6)

    def submit() -> None:
        with app.app_context():
            barrier.wait()
            with transaction():
                append(asset=ASSET)
            db.session.remove()

    threads = [threading.Thread(target=submit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction(reads_only=True):
        chain = queries.history(ASSET)
        named = [manifest_of(record)["previous"] for record in chain]
        assert named == [None, *(record.commitment.hex() for record in chain[:-1])]


def test_services_append_takes_only_keywords() -> None:
    with pytest.raises(TypeError):
        services.append(1, "x")  # type: ignore[misc]
