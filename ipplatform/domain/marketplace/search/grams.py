"""Character n-grams as sparse vectors: they find what words miss (compounds, spelling, word forms, Chinese).

Words give 4-grams with a mark at both ends; Chinese gives unigrams, bigrams and trigrams. A gram is its CRC-32 folded
to 20 bits, so that a vector is two arrays of numbers and the document frequencies are one table of fixed size.
"""

from __future__ import annotations

import math
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ipplatform.domain.marketplace.search.analysis import HAN, STOP_WORDS, words

BUCKETS = 1 << 20
LENGTH = 4
MOST_QUERY_GRAMS = 300
_FIRST_HAN = HAN[0]

Vector = dict[int, int]


def vector(text: str) -> Vector:
    """Bucket -> how often a gram of ``text`` falls into it, counts capped at 255."""
    counted: Counter[int] = Counter()
    for word, times in Counter(words(text)).items():
        for gram in _grams_of(word):
            counted[zlib.crc32(gram.encode()) % BUCKETS] += times
    return {bucket: min(count, 255) for bucket, count in counted.items()}


def _grams_of(word: str) -> Iterable[str]:
    if word[0] >= _FIRST_HAN:
        return [word[at : at + size] for size in (1, 2, 3) for at in range(len(word) - size + 1)]
    if word in STOP_WORDS:
        return ()
    marked = f" {word} "
    if len(marked) <= LENGTH:
        return (marked,)
    return [marked[at : at + LENGTH] for at in range(len(marked) - LENGTH + 1)]


def pack(counts: Vector) -> bytes:
    """A vector as bytes: all buckets (4 bytes each), then all counts (1 byte each)."""
    return array("I", counts.keys()).tobytes() + bytes(counts.values())


def unpack(packed: bytes) -> Vector:
    size = len(packed) // 5
    buckets = array("I")
    buckets.frombytes(packed[: size * 4])
    return dict(zip(buckets, packed[size * 4 :], strict=True))


@dataclass
class Frequencies:
    """In how many of ``documents`` each bucket occurs; kept by us beside the index, refreshed by a job."""

    documents: int = 0
    table: array[int] = field(default_factory=lambda: array("I", bytes(4 * BUCKETS)))

    def add(self, buckets: Iterable[int]) -> None:
        self.documents += 1
        for bucket in buckets:
            self.table[bucket] += 1

    def rarity(self, bucket: int) -> float:
        return math.log((self.documents + 1) / (self.table[bucket] + 1)) + 1

    def dump(self) -> bytes:
        return self.documents.to_bytes(8, "little") + self.table.tobytes()

    @classmethod
    def load(cls, content: bytes) -> Frequencies:
        """The inverse of ``dump``; ValueError for anything of another size."""
        table = array("I")
        table.frombytes(content[8:])
        if len(table) != BUCKETS:
            raise ValueError("not a table of frequencies")
        return cls(int.from_bytes(content[:8], "little"), table)


@dataclass(frozen=True)
class GramQuery:
    """The weights of a query's strongest grams, and the length of the whole query vector."""

    weights: Mapping[int, float]
    length: float
    frequencies: Frequencies

    @classmethod
    def of(cls, text: str, frequencies: Frequencies) -> GramQuery:
        weights = {bucket: _damped(count) * frequencies.rarity(bucket) for bucket, count in vector(text).items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        strongest = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_QUERY_GRAMS]
        rarities = {bucket: weight * frequencies.rarity(bucket) for bucket, weight in strongest}
        return cls(rarities, length, frequencies)

    def cosine(self, counts: Vector, norm: float) -> float:
        """Cosine of the angle to a document's vector of length ``norm``, 0 to 1."""
        if not self.length or not norm:
            return 0.0
        shared = sum(weight * _DAMPED[counts[bucket]] for bucket, weight in self.weights.items() if bucket in counts)
        return min(1.0, shared / (self.length * norm))


def norm(counts: Vector, frequencies: Frequencies) -> float:
    """Length of a document's weighted vector."""
    return math.sqrt(sum((_DAMPED[count] * frequencies.rarity(bucket)) ** 2 for bucket, count in counts.items()))


def _damped(count: int) -> float:
    return 1 + math.log(count)


_DAMPED = (0.0, *(_damped(count) for count in range(1, 256)))
