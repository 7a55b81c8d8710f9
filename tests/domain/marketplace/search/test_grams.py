"""Character grams as sparse vectors."""

from __future__ import annotations

import pytest

from ipplatform.domain.marketplace.search.grams import Frequencies, GramQuery, norm, pack, unpack, vector

TEXTS = ("solid electrolyte for lithium cells", "electrolytic cell with solids", "washing machine", "锂离子电池隔膜")


@pytest.fixture
def frequencies() -> Frequencies:
    found = Frequencies()
    for text in TEXTS:
        found.add(vector(text))
    return found


def cosine(asked: str, text: str, frequencies: Frequencies) -> float:
    counts = vector(text)
    return GramQuery.of(asked, frequencies).cosine(counts, norm(counts, frequencies))


def test_a_text_is_most_like_itself(frequencies: Frequencies) -> None:
    assert cosine(TEXTS[0], TEXTS[0], frequencies) == pytest.approx(1)


def test_word_forms_are_alike_and_strangers_are_not(frequencies: Frequencies) -> None:
    near = cosine("electrolyte", TEXTS[1], frequencies)
    assert near > 0.1
    assert cosine("electrolyte", TEXTS[2], frequencies) == 0


def test_chinese_is_compared_with_chinese(frequencies: Frequencies) -> None:
    assert cosine("电池的隔膜", TEXTS[3], frequencies) > 0.3


def test_nothing_is_like_nothing(frequencies: Frequencies) -> None:
    assert cosine("", TEXTS[0], frequencies) == 0
    assert cosine("cells", "", frequencies) == 0


def test_vectors_and_frequencies_survive_storage(frequencies: Frequencies) -> None:
    counts = vector(TEXTS[0])
    assert unpack(pack(counts)) == counts
    again = Frequencies.load(frequencies.dump())
    assert again.documents == len(TEXTS)
    assert all(again.rarity(bucket) == frequencies.rarity(bucket) for bucket in counts)
    with pytest.raises(ValueError, match="frequencies"):
        Frequencies.load(b"12345678")


def test_a_gram_that_is_everywhere_counts_less(frequencies: Frequencies) -> None:
    common = min(frequencies.rarity(bucket) for bucket in vector("cell"))
    assert common < min(frequencies.rarity(bucket) for bucket in vector("washing"))
