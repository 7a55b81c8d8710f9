"""A line of a verifier's report, and the exception that ends it; what every part of the verifier shares."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One line of the report. `passed` is None for a remark; `text` says what was checked and what that proves."""

    passed: bool | None
    name: str
    text: str

    @property
    def line(self) -> str:
        mark = {True: "ok", False: "REFUTED", None: "note"}[self.passed]
        return f"{mark:<8} {self.name}: {self.text}"


class Refuted(Exception):
    """The evidence contradicts itself or the trusted keys."""
