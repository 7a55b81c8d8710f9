"""Where the parts of the drawing of a way to the root stand. Lengths in units of a phone's width of 360."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ipplatform.domain.evidence.entries import Step

WIDTH, ROW, TOP = 360, 92, 34
BOX_WIDTH, BOX_HEIGHT = 112, 26
CENTRE, ASIDE, BESIDE = 180, 38, 122


@dataclass(frozen=True)
class Branch:
    """A parent at (x, y) over the node on the way at `way` and the one beside it at `beside`, both a row below."""

    step: Step
    x: int
    y: int
    way: int
    beside: int
    top: bool

    @property
    def below(self) -> int:
        return self.y + ROW


class Drawing:
    """The root is at the top, the entry at the bottom; every step leans to the side where its hash stands."""

    width = WIDTH
    box_width, box_height = BOX_WIDTH, BOX_HEIGHT

    def __init__(self, steps: Sequence[Step]) -> None:
        self.branches: list[Branch] = []
        x, y = CENTRE, TOP
        for step in reversed(steps):
            way = CENTRE + ASIDE if step.is_left else CENTRE - ASIDE
            beside = CENTRE - BESIDE if step.is_left else CENTRE + BESIDE
            self.branches.append(Branch(step, x, y, way, beside, top=not self.branches))
            x, y = way, y + ROW
        self.leaf_x, self.leaf_y = x, y

    @property
    def height(self) -> int:
        return self.leaf_y + ROW
