"""The one analysis of text, for documents and queries alike, before it reaches the engine.

NFKC and case folding; English words by their Porter2 stem; Chinese as unigrams and bigrams, which need no dictionary;
numbers and chemical names (``LiFePO4``, ``H2O``, ``5G``, ``C++``) kept whole and unstemmed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from Stemmer import Stemmer

HAN = "㐀-䶿一-鿿豈-﫿"
LONGEST = 60
_PIECES = re.compile(
    rf"(?P<han>[{HAN}]+)"
    r"|(?P<number>\d+(?:[.,]\d+)+)"
    rf"|(?P<word>[^\W_{HAN}]+(?:['’][^\W_{HAN}]{{1,2}}(?![^\W_{HAN}]))?(?:\+\+|\#)?)"
)
_PLAIN_WORD = re.compile(r"[a-z]+")
_COMMON = (
    "a an and are as at be been being by can could did do does for from had has have in into is it its may of on or"
    " our said such than that the their them then there these they this those to was were what when where which while"
    " who will with would you your wherein whereby thereof therein method methods using use used 的 了 和 与 及 或 在"
    " 是 一 种"
)
STOP_WORDS = frozenset(_COMMON.split())


@dataclass(frozen=True, slots=True)
class Token:
    """``term`` is what the index holds; ``start`` and ``end`` are places in the text as given."""

    term: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer:
    return Stemmer("english")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The index term of one folded Latin word; words with digits or other letters stay as they are."""
    return str(_stemmer().stemWord(word)) if _PLAIN_WORD.fullmatch(word) else word


def fold(text: str) -> str:
    """NFKC without case."""
    return unicodedata.normalize("NFKC", text).casefold()


def terms(text: str) -> list[str]:
    """The terms of ``text`` in order; a Chinese run 锂电池 gives 锂 锂电 电 电池 池."""
    return [term for piece, kind, _ in _pieces(fold(text)) for term in _terms_of(piece, kind)]


def units(text: str) -> list[str]:
    """What a query must find: words, and the bigrams of a Chinese run (a lone character stands for itself)."""
    found: list[str] = []
    for piece, kind, _ in _pieces(fold(text)):
        if kind == "han" and len(piece) > 1:
            found.extend(piece[place : place + 2] for place in range(len(piece) - 1))
        else:
            found.extend(_terms_of(piece, kind))
    return list(dict.fromkeys(found))


def words(text: str) -> list[str]:
    """The unstemmed words and Chinese runs of ``text``, folded: the vocabulary people see."""
    return [piece for piece, _, _ in _pieces(fold(text))]


def tokens(text: str) -> list[Token]:
    """Terms with their places in ``text`` itself, for marking; Chinese gives only bigrams and lone characters."""
    folded, places = _folded_with_places(text)
    found: list[Token] = []
    for piece, kind, start in _pieces(folded):
        if kind == "han" and len(piece) > 1:
            spans = [(piece[at : at + 2], start + at, start + at + 2) for at in range(len(piece) - 1)]
        else:
            spans = [(term, start, start + len(piece)) for term in _terms_of(piece, kind)]
        found.extend(Token(term, places[low], places[high - 1] + 1) for term, low, high in spans)
    return found


def _terms_of(piece: str, kind: str) -> list[str]:
    if kind == "han":
        pairs = (piece[place : place + 2] for place in range(len(piece)))
        return [term for place, pair in enumerate(pairs) for term in dict.fromkeys((piece[place], pair))]
    if kind == "number":
        return [piece.replace(",", "")]
    return [stem(re.split("['’]", piece, maxsplit=1)[0])]


def _pieces(folded: str) -> Iterator[tuple[str, str, int]]:
    for found in _PIECES.finditer(folded):
        yield found.group()[:LONGEST], str(found.lastgroup), found.start()


def _folded_with_places(text: str) -> tuple[str, list[int]]:
    """``text`` folded character by character, and for each place in it the place in ``text``.

    Folding single characters misses only marks that combine across characters; marking is then a little short.
    """
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        plain = character.lower() if character.isascii() else fold(character)
        folded.append(plain)
        places.extend([place] * len(plain))
    return "".join(folded), places
