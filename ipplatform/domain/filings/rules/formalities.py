"""Formal requirements that need more than one answer; each finding says what is missing and where to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ipplatform.domain.filings.definition import Formality, Problem, Submission
from ipplatform.domain.filings.rules import claims as claim_rules
from ipplatform.domain.filings.rules import shares
from ipplatform.domain.filings.rules.periods import add_months
from ipplatform.domain.filings.rules.text import chinese_characters, words
from ipplatform.foundation.i18n import _l

ABSTRACT_WORDS = 150  # PCT rule 8.1(b), 37 CFR 1.72(b)
ABSTRACT_CHARACTERS = 300  # CN Implementing Regulations, rule 26
PATENT_PRIORITY_MONTHS = 12  # Paris Convention, art. 4C(1)
DESIGN_PRIORITY_MONTHS = 6  # the same

_DRAWINGS = re.compile(r"\b(?:figs?\.?|figures?|drawings?)\s*\d|附?图\s*\d", re.IGNORECASE | re.ASCII)
_METHOD = re.compile(
    r"^(?:an?\s+|the\s+)?(?:\w+[\s-]){0,4}?(?:method|process)\b|^一种[^，,；;。]{0,40}方法", re.IGNORECASE
)


def abstract_length(submission: Submission) -> Iterator[Problem]:
    """At most 150 words, or 300 characters of Chinese."""
    abstract = submission.content.get("abstract") or ""
    characters = chinese_characters(abstract)
    if characters > words(abstract):
        if characters > ABSTRACT_CHARACTERS:
            message = _l(
                "Shorten the abstract to %(most)s characters; it has %(count)s.",
                most=ABSTRACT_CHARACTERS,
                count=characters,
            )
            yield Problem("abstract", "abstract", message)
    elif words(abstract) > ABSTRACT_WORDS:
        message = _l(
            "Shorten the abstract to %(most)s words; it has %(count)s.", most=ABSTRACT_WORDS, count=words(abstract)
        )
        yield Problem("abstract", "abstract", message)


def claim_numbering(submission: Submission) -> Iterator[Problem]:
    """Claims count up from 1 without a gap and refer only to earlier claims."""
    claims = submission.content.get("claims") or []
    if found := claim_rules.first_misnumbered(claims):
        yield Problem("claims", "claims", _misnumbered(*found))
        return
    for number in (claim.number for claim in claims if not claim.text):
        yield Problem("claims", "claims", _l("Claim %(number)s has no text.", number=number))
    for number, named in claim_rules.forward_references(claims):
        message = _l(
            "Claim %(number)s refers to claim %(named)s, which does not come before it.", number=number, named=named
        )
        yield Problem("claims", "claims", message)


def _misnumbered(found: int, expected: int) -> object:
    if found == 0:
        return _l("There are words before claim 1. Number them as a claim or remove them.")
    return _l(
        "Number the claims 1, 2, 3 … without a gap: claim %(expected)s is expected where %(found)s stands.",
        expected=expected,
        found=found,
    )


def product_only(submission: Submission) -> Iterator[Problem]:
    """A utility model protects a product's shape or structure, never a method (CN Patent Law, art. 2(3))."""
    for claim in submission.content.get("claims") or []:
        if not any(claim_rules.references(claim.text)) and _METHOD.match(claim.text):
            message = _l(
                "Claim %(number)s is for a method; a utility model protects products only.", number=claim.number
            )
            yield Problem("claims", "claims", message)


def whole_title(submission: Submission) -> Iterator[Problem]:
    """The owners' shares add to exactly 1."""
    owners = submission.content.get("owners") or []
    given = [owner["share"] for owner in owners if owner.get("share") is not None]
    if not owners or len(given) != len(owners):
        return
    total = shares.total(given)
    if total != 1:
        message = _l("The shares add up to %(total)s. They must add up to exactly 1.", total=shares.format_share(total))
        yield Problem("owners", "owners", message)


def priority_within(months: int) -> Formality:
    """Each priority date lies at most `months` before the filing, counted to the same day of the month."""

    def check(submission: Submission) -> Iterator[Problem]:
        for index, claim in enumerate(submission.content.get("priorities") or []):
            day = claim.get("date")
            if day is not None and submission.filed_on > add_months(day, months):
                message = _l(
                    "Priority can be claimed for %(months)s months; this one ended on %(end)s.",
                    months=months,
                    end=add_months(day, months).isoformat(),
                )
                yield Problem("priority", f"priorities.{index}.date", message)

    return check


def mentions_drawings(text: str) -> bool:
    return bool(_DRAWINGS.search(text))


def deep_enough(submission: Submission) -> Iterator[Problem]:
    """The IPC main class names at least a subclass."""
    for code in (submission.content.get("classes") or [])[:1]:
        if len(code) < 4:
            message = _l("The main class %(code)s is too broad: give at least the subclass, such as H01M.", code=code)
            yield Problem("classes", "classes", message)


def published_after_completion(submission: Submission) -> Iterator[Problem]:
    completed, published = submission.content.get("completed"), submission.content.get("published")
    if completed and published and published < completed:
        message = _l("The software cannot have been published before it was completed.")
        yield Problem("version", "published", message)
