"""Snippets: the part of a text that answers the query best, everything escaped, matches in ``<mark>``."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from markupsafe import Markup, escape

from ipplatform.domain.marketplace.search.analysis import Token, tokens

LENGTH = 240
_MARK = (Markup("<mark>"), Markup("</mark>"))


def mark(text: str, terms: Collection[str]) -> Markup:
    """``text`` escaped, with every token of ``terms`` marked."""
    return _marked(text, _spans(tokens(text), terms), 0, len(text))


def snippet(texts: Sequence[str], terms: Collection[str], *, length: int = LENGTH) -> Markup:
    """About ``length`` characters of the text with the densest matches; the beginning of the first when none match."""
    best: tuple[str, int, list[Token]] = (next((text for text in texts if text), ""), 0, [])
    most = 0
    for text in texts:
        found = [token for token in tokens(text) if token.term in terms]
        for place, first in enumerate(found):
            within = [token for token in found[place:] if token.end <= first.start + length]
            score = 3 * len({token.term for token in within}) + min(len(within), 5)
            if score > most:
                most, best = score, (text, first.start, found)
    text, start, found = best
    low = _word_start(text, max(0, start - length // 4))
    high = _word_end(text, min(len(text), low + length))
    body = _marked(text, _spans(found, terms), low, high)
    return Markup("{}{}{}").format("… " if low else "", body, " …" if high < len(text) else "")


def _spans(found: Sequence[Token], terms: Collection[str]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for token in found:
        if token.term not in terms:
            continue
        if merged and token.start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], token.end))
        else:
            merged.append((token.start, token.end))
    return merged


def _marked(text: str, spans: Sequence[tuple[int, int]], low: int, high: int) -> Markup:
    parts: list[Markup] = []
    at = low
    for start, end in spans:
        if end <= low or start >= high:
            continue
        first, last = max(start, low), min(end, high)
        parts += [escape(text[at:first]), _MARK[0], escape(text[first:last]), _MARK[1]]
        at = last
    parts.append(escape(text[at:high]))
    return Markup("").join(parts)


def _word_start(text: str, place: int) -> int:
    if place == 0:
        return 0
    space = text.find(" ", place, place + 20)
    return space + 1 if space >= 0 else place


def _word_end(text: str, place: int) -> int:
    if place >= len(text):
        return len(text)
    space = text.rfind(" ", place - 20, place)
    return space if space > 0 else place
