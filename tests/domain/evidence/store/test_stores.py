"""What every place of publication does, asked of a folder and of a bucket alike."""

from __future__ import annotations

from pathlib import Path

import obstore
import pytest

from ipplatform.domain.evidence.store.bucket import Bucket
from ipplatform.domain.evidence.store.folder import Folder
from ipplatform.domain.evidence.store.interface import File, Mismatch, Store, StoreError
from tests.buckets import Place


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        return Folder(tmp_path / "log")
    place: Place = request.getfixturevalue("bucket")
    return Bucket(place.address)


def tile(number: int, content: bytes = b"hashes") -> File:
    return File(f"tile/0/{number:03d}", content)


def test_what_is_created_reads_back_and_may_be_created_again_only_with_the_same_bytes(store: Store) -> None:
    store.create(tile(number) for number in range(200))
    store.create([tile(0), tile(200)])
    assert (store.read("tile/0/199"), store.read("tile/0/200"), store.read("tile/0/201")) == (b"hashes",) * 2 + (None,)
    with pytest.raises(Mismatch, match=r"tile/0/000 has other bytes.*log fsck"):
        store.create([tile(201), tile(0, b"other!")])
    assert store.read("tile/0/000") == b"hashes"


def test_a_file_is_replaced_only_in_place_of_what_was_read_before(store: Store) -> None:
    store.replace("checkpoint", b"first", instead_of=None)
    store.replace("checkpoint", b"second", instead_of=b"first")
    for stale in (None, b"first"):
        with pytest.raises(Mismatch, match="another sequencer"):
            store.replace("checkpoint", b"third", instead_of=stale)
    assert store.read("checkpoint") == b"second"


def test_names_are_of_one_folder_and_removal_takes_the_folder_alone(store: Store) -> None:
    assert store.names("tile/0/000.p") == []
    store.remove("tile/0/000.p")
    store.create([File("tile/0/000.p/3", b"a"), File("tile/0/000.p/21", b"b"), tile(0), File("tile/0/x001/000", b"c")])
    assert store.names("tile/0/000.p") == ["21", "3"]
    assert store.names("tile/0") == ["000"]
    store.remove("tile/0/000.p")
    assert (store.names("tile/0/000.p"), store.names("tile/0")) == ([], ["000"])


def test_a_bucket_refuses_a_replacement_that_another_made_in_between(bucket: Place) -> None:
    store = Bucket(bucket.address)
    store.replace("checkpoint", b"first", instead_of=None)
    look = store._look

    def slow(name: str) -> tuple[bytes | None, str | None]:
        found = look(name)
        obstore.put(store._store, name, b"of another")
        return found

    store._look = slow  # type: ignore[method-assign]
    with pytest.raises(Mismatch, match="another sequencer"):
        store.replace("checkpoint", b"second", instead_of=b"first")
    assert look("checkpoint")[0] == b"of another"


def test_a_bucket_keeps_with_each_file_how_it_may_be_cached(bucket: Place) -> None:
    store = Bucket(bucket.address)
    store.create([tile(0)])
    store.replace("checkpoint", b"head", instead_of=None)
    store.replace("policy", b"policy", instead_of=None)
    kept = {name: obstore.get(store._store, name).attributes for name in ("tile/0/000", "checkpoint", "policy")}
    assert kept["tile/0/000"]["Cache-Control"] == "public, max-age=31536000, immutable"
    assert kept["tile/0/000"]["Content-Type"] == "application/octet-stream"
    assert kept["checkpoint"]["Cache-Control"] == "public, max-age=2"
    assert kept["checkpoint"]["Content-Type"] == "text/plain; charset=utf-8"
    assert kept["policy"]["Cache-Control"] == "public, max-age=3600"


def test_a_bucket_that_does_not_exist_is_an_error_with_its_address(bucket: Place) -> None:
    missing = Bucket("s3://nowhere/log")
    with pytest.raises(StoreError, match="s3://nowhere/log/checkpoint"):
        missing.replace("checkpoint", b"head", instead_of=None)
    with pytest.raises(StoreError, match="s3://nowhere/log/tile"):
        missing.create([tile(0)])
