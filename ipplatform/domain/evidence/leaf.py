"""The public entry of the log: EVIDENCE.md section 1. No organisation, title, person or document digest."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from ipplatform.domain.evidence.formats import canonical

LARGEST = 300
SCHEMA = "/leaf/v1"
KINDS = ("filing", "erase", "key", "policy", "renewal", "anchor")


class LeafError(ValueError):
    """Bytes are not a leaf of this log's format."""


@dataclass(frozen=True)
class Leaf:
    """`commitment` is 64 hexadecimal digits; `time` is in unix seconds and only the platform's claim."""

    commitment: str
    kind: str
    schema: str
    time: int

    @property
    def origin(self) -> str:
        return self.schema.removesuffix(SCHEMA)

    @property
    def data(self) -> bytes:
        return canonical.dumps(
            {"commitment": self.commitment, "kind": self.kind, "schema": self.schema, "time": self.time}
        )


def schema_of(origin: str) -> str:
    return f"{origin}{SCHEMA}"


def under(origin: str, entry: bytes) -> bytes:
    """The entry as it stands in the log called `origin`: the same commitment, kind and time. Raises LeafError."""
    known = parse(entry)
    return build(origin=origin, commitment=bytes.fromhex(known.commitment), kind=known.kind, time=known.time)


def build(*, origin: str, commitment: bytes, kind: str, time: int) -> bytes:
    data = Leaf(commitment.hex(), kind, schema_of(origin), time).data
    if kind not in KINDS or len(data) > LARGEST:
        raise LeafError("a leaf has a known kind and at most 300 bytes")
    return data


def builder(origin: str) -> Callable[[bytes, str, int], bytes]:
    """As `build` for many leaves of one log: `(commitment, kind, time)` to bytes, without asking whether they fit."""
    schema = json.dumps(schema_of(origin), ensure_ascii=False)

    def filled(commitment: bytes, kind: str, time: int) -> bytes:
        return f'{{"commitment":"{commitment.hex()}","kind":"{kind}","schema":{schema},"time":{time}}}'.encode()

    return filled


def parse(data: bytes) -> Leaf:
    """Raises LeafError unless `data` is the canonical form of a leaf."""
    try:
        value = canonical.loads(data)
    except canonical.CanonicalError as error:
        raise LeafError(str(error)) from error
    if not isinstance(value, dict) or set(value) != {"commitment", "kind", "schema", "time"}:
        raise LeafError("a leaf has the members commitment, kind, schema and time")
    leaf = Leaf(**value)
    if not all(isinstance(item, str) for item in (leaf.commitment, leaf.kind, leaf.schema)):
        raise LeafError("a leaf's members are strings and a number")
    if type(leaf.time) is not int or leaf.kind not in KINDS or leaf.data != data or len(data) > LARGEST:
        raise LeafError("a leaf is canonical JSON of at most 300 bytes")
    return leaf
