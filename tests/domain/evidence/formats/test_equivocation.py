"""A portable proof that a log signed two histories."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from ipplatform.domain.evidence.formats import equivocation, merkle
from ipplatform.domain.evidence.formats.equivocation import Equivocation, EquivocationError
from tests.factories.witness import ForeignLog

LOG = ForeignLog()
FORK = LOG.fork(5)


def of_one_size(size: int = 9) -> Equivocation:
    return Equivocation(tuple(LOG.vkeys), (), LOG.checkpoint(size), FORK.checkpoint(size))


def of_two_sizes(old: int, size: int) -> Equivocation:
    path = merkle.consistency_proof(old, size, FORK.node)
    if old & (old - 1) == 0:
        path = [FORK.node(old.bit_length() - 1, 0), *path]
    return Equivocation(tuple(LOG.vkeys), tuple(path), LOG.checkpoint(old), FORK.checkpoint(size))


def test_two_heads_of_one_size_prove_it() -> None:
    made = of_one_size()
    found = equivocation.parse(made.data)
    assert found == made
    proved = equivocation.prove(found, LOG.vkeys)
    assert (proved.origin, proved.earlier.size, proved.later.size) == (LOG.origin, 9, 9)
    assert proved.signers == (tuple(LOG.vkeys), tuple(LOG.vkeys))


@pytest.mark.parametrize(("old", "size"), [(6, 7), (8, 9), (7, 300), (16, 200), (100, 256), (64, 128)])
def test_a_smaller_head_that_is_no_prefix_proves_it(old: int, size: int) -> None:
    proved = equivocation.prove(equivocation.parse(of_two_sizes(old, size).data), LOG.vkeys)
    assert (proved.earlier.size, proved.later.size) == (old, size)


@pytest.mark.parametrize("old", [6, 8, 100, 128])
def test_an_honest_log_cannot_be_accused(old: int) -> None:
    path = merkle.consistency_proof(old, 300, LOG.node)
    honest = [LOG.node(old.bit_length() - 1, 0), *path] if old & (old - 1) == 0 else path
    for hashes in (honest, path, [], honest[::-1], [bytes(32), *honest[1:]]):
        found = Equivocation(tuple(LOG.vkeys), tuple(hashes), LOG.checkpoint(old), LOG.checkpoint(300))
        with pytest.raises(EquivocationError):
            equivocation.prove(found, LOG.vkeys)


def test_the_same_head_twice_two_logs_and_strange_keys_prove_nothing() -> None:
    keys = tuple(LOG.vkeys)
    other = ForeignLog("third.example/log")
    for found, trusted in (
        (Equivocation(keys, (), LOG.checkpoint(9), LOG.checkpoint(9)), keys),
        (Equivocation(keys, (), LOG.checkpoint(9), other.checkpoint(9)), (*keys, *other.vkeys)),
        (of_one_size(), tuple(ForeignLog().vkeys)),
        (Equivocation(keys, (), LOG.checkpoint(9), ForeignLog().fork(5).checkpoint(9)), keys),
        (Equivocation(keys, (), LOG.checkpoint(0), FORK.checkpoint(9)), keys),
        (Equivocation(keys, (), FORK.checkpoint(9), LOG.checkpoint(6)), keys),
    ):
        with pytest.raises(EquivocationError):
            equivocation.prove(found, trusted)


def test_one_key_that_signed_both_is_enough() -> None:
    assert equivocation.prove(of_one_size(), LOG.vkeys[:1]).signers == ((LOG.vkeys[0],), (LOG.vkeys[0],))


@pytest.mark.parametrize("make", [of_one_size, lambda: of_two_sizes(7, 300)])
def test_a_changed_byte_accuses_of_nothing_else(make: Callable[[], Equivocation]) -> None:
    """At most it takes one of two signatures away; the heads proved stay the same."""
    data = make().data
    truth = equivocation.prove(equivocation.parse(data), LOG.vkeys)
    choice, refused = random.Random(4), 0
    for _ in range(300):
        place = choice.randrange(len(data))
        twin = data[:place] + bytes([data[place] ^ choice.randrange(1, 256)]) + data[place + 1 :]
        try:
            proved = equivocation.prove(equivocation.parse(twin), LOG.vkeys)
        except EquivocationError:
            refused += 1
        else:
            assert (proved.earlier, proved.later) == (truth.earlier, truth.later)
    assert refused > 280


@pytest.mark.parametrize("change", [lambda data: data + b"\n", lambda data: b" " + data, lambda data: data[:-1]])
def test_there_is_one_form_of_the_file(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(EquivocationError):
        equivocation.prove(equivocation.parse(change(of_one_size().data)), LOG.vkeys)
