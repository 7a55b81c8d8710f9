"""Reading claims as people type them: numbered paragraphs in English or Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# "1. A method", "1．一种", "1、一种"; a decimal such as "1.5 mm" at the start of a line is not a claim number.
_NUMBER = re.compile(r"^[ \t\u3000]*(\d{1,4})[ \t]*[.．、](?!\d)[ \t\u3000]*", re.MULTILINE | re.ASCII)
_BLANK_LINES = re.compile(r"\n[ \t\u3000]*\n+")
_LIST = r"(\d{1,4}(?:\s*(?:,|、|-|–|至|到|或|和|and|or|to|through|any of|claims?)\s*\d{1,4})*)"
_REFERENCE = re.compile(rf"(?:\bclaims?\s+|权利要求\s*){_LIST}", re.IGNORECASE | re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim with the number the applicant gave it; 0 for words that stand before the first number."""

    number: int
    text: str


def parse_claims(text: str) -> list[Claim]:
    """Split typed claims at their numbers; without any number each paragraph is a claim, counted from 1."""
    marks = list(_NUMBER.finditer(text))
    if not marks:
        paragraphs = [part.strip() for part in _BLANK_LINES.split(text)]
        return [Claim(index, part) for index, part in enumerate(filter(None, paragraphs), start=1)]
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    claims = [Claim(int(mark.group(1)), text[mark.end() : end].strip()) for mark, end in zip(marks, ends, strict=True)]
    preamble = text[: marks[0].start()].strip()
    return [Claim(0, preamble), *claims] if preamble else claims


def render_claims(claims: list[Claim]) -> str:
    """The text `parse_claims` reads back to the same claims."""
    return "\n\n".join(f"{claim.number}. {claim.text}" if claim.number else claim.text for claim in claims)


def references(text: str) -> Iterator[int]:
    """Numbers of the claims a claim names."""
    for mention in _REFERENCE.finditer(text):
        yield from (int(number) for number in _DIGITS.findall(mention.group(1)))


def first_misnumbered(claims: list[Claim]) -> tuple[int, int] | None:
    """(number found, number expected) at the first claim out of order (PCT rule 6.1(b): consecutive numbers)."""
    for expected, claim in enumerate(claims, start=1):
        if claim.number != expected:
            return claim.number, expected
    return None


def forward_references(claims: list[Claim]) -> list[tuple[int, int]]:
    """(claim, claim it names) where that one does not come earlier (PCT rule 6.4(a), 37 CFR 1.75(c))."""
    return [
        (claim.number, number) for claim in claims for number in references(claim.text) if not 0 < number < claim.number
    ]
