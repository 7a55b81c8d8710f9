from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ipplatform.foundation import storage
from ipplatform.foundation.secretbox import Damaged, seal, unseal

SIZES = (0, 1, storage.CHUNK - 1, storage.CHUNK, storage.CHUNK + 1, 3 * storage.CHUNK)


@pytest.mark.parametrize("size", SIZES)
def test_what_was_put_comes_back_whatever_its_size(app: Flask, size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    pieces = [content[place : place + 10_000] for place in range(0, size, 10_000)]
    assert b"".join(storage.read(storage.put_stream(pieces))) == content


def test_the_file_on_disk_does_not_show_its_content(app: Flask) -> None:
    key = storage.put_stream([b"a very confidential invention"])
    assert b"confidential" not in storage.path_of(key).read_bytes()


def test_a_failing_upload_leaves_no_file(app: Flask) -> None:
    def breaks_off() -> object:
        yield b"half"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        storage.put_stream(breaks_off())  # type: ignore[arg-type]
    assert [one for one in storage.path_of("0" * 32).parent.parent.rglob("*") if one.is_file()] == []


@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.integers(min_value=0), flip=st.integers(1, 255))
def test_any_changed_byte_is_noticed(app: Flask, place: int, flip: int) -> None:
    key = storage.put_stream([b"x" * (storage.CHUNK + 100)])
    path = storage.path_of(key)
    stored = bytearray(path.read_bytes())
    stored[place % len(stored)] ^= flip
    path.write_bytes(bytes(stored))
    with pytest.raises(Damaged):
        list(storage.read(key))


def test_a_cut_off_or_reordered_file_is_noticed(app: Flask) -> None:
    key = storage.put_stream([b"x" * (3 * storage.CHUNK)])
    path = storage.path_of(key)
    whole, sealed = path.read_bytes(), storage.CHUNK + storage.TAG
    head, first, second, rest = (
        whole[:20],
        whole[20 : 20 + sealed],
        whole[20 + sealed : 20 + 2 * sealed],
        whole[20 + 2 * sealed :],
    )
    for damaged in (head + first, head + first + second, head + second + first + rest, head, b""):
        path.write_bytes(damaged)
        with pytest.raises(Damaged):
            list(storage.read(key))


@pytest.mark.parametrize("key", ["../etc/passwd", "a" * 31, "g" * 32, ""])
def test_only_our_own_keys_name_files(app: Flask, key: str) -> None:
    with pytest.raises(ValueError, match="storage key"):
        storage.path_of(key)


def test_a_sealed_value_opens_only_whole_and_in_its_context(app: Flask) -> None:
    sealed = seal(b"salt", b"here")
    assert unseal(sealed, b"here") == b"salt"
    for damaged, context in ((sealed[:-1], b"here"), (b"\x02" + sealed[1:], b"here"), (sealed, b"there"), (b"", b"")):
        with pytest.raises(Damaged):
            unseal(damaged, context)
