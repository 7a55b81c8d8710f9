"""The machine's fonts, for setting documents."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def installed() -> Any:
    """The fonts as they were when a document was first set: looking for them takes longer than setting a page.

    ``installed.cache_clear()`` has them looked for again.
    """
    import typst

    return typst.Fonts()
