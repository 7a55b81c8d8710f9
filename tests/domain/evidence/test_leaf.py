import pytest

from ipplatform.domain.evidence import leaf

COMMITMENT = bytes(range(32))


def test_a_leaf_is_canonical_and_names_nobody() -> None:
    data = leaf.build(origin="ip.example/log", commitment=COMMITMENT, kind="filing", time=1_700_000_000)
    assert (
        data
        == (
            f'{{"commitment":"{COMMITMENT.hex()}","kind":"filing","schema":"ip.example/log/leaf/v1","time":1700000000}}'
        ).encode()
    )
    assert leaf.parse(data) == leaf.Leaf(COMMITMENT.hex(), "filing", "ip.example/log/leaf/v1", 1_700_000_000)


@pytest.mark.parametrize(("origin", "kind"), [("x" * 300, "filing"), ("ip.example/log", "gossip")])
def test_a_leaf_too_long_or_of_unknown_kind_is_not_built(origin: str, kind: str) -> None:
    with pytest.raises(leaf.LeafError):
        leaf.build(origin=origin, commitment=COMMITMENT, kind=kind, time=1)


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b"{}",
        b"not json",
        b'{"commitment":"00","kind":"filing","schema":"s"}',
        b'{"commitment":"00","kind":"filing","schema":"s","time":1,"title":"x"}',
        b'{"commitment":"00","kind":"filing","schema":"s","time":"1"}',
        b'{"commitment":"00","kind":"filing","schema":"s","time":true}',
        b'{"commitment":0,"kind":"filing","schema":"s","time":1}',
        b'{"commitment":"00","kind":"other","schema":"s","time":1}',
        b'{"kind":"filing","commitment":"00","schema":"s","time":1}',
        b'{"commitment":"00", "kind":"filing","schema":"s","time":1}',
    ],
)
def test_what_is_not_a_leaf_is_refused(data: bytes) -> None:
    with pytest.raises(leaf.LeafError):
        leaf.parse(data)
