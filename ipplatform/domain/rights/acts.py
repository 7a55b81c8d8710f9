"""The acts a right reserves, by kind of asset. Numbers are stored in the ledger: append, never renumber."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ipplatform.domain.rights.ranges import Ranges
from ipplatform.foundation.i18n import _l

LABELS: dict[str, Any] = {
    "make": _l("make"),
    "use": _l("use"),
    "offer": _l("offer for sale"),
    "sell": _l("sell"),
    "import": _l("import"),
    "reproduce": _l("reproduce"),
    "distribute": _l("distribute"),
    "perform": _l("perform or display in public"),
    "communicate": _l("communicate to the public"),
    "adapt": _l("adapt or translate"),
    "rent": _l("rent out"),
    "affix": _l("affix to goods or packaging"),
    "advertise": _l("advertise"),
    "export": _l("export"),
    "disclose": _l("disclose to named people"),
    "access": _l("access"),
    "process": _l("process or analyse"),
    "train": _l("train models on"),
}
NUMBERS = {act: number for number, act in enumerate(LABELS, start=1)}

_INVENTION = ("make", "use", "offer", "sell", "import")
_COPYRIGHT = ("reproduce", "distribute", "perform", "communicate", "adapt", "rent")
BY_KIND: dict[str, tuple[str, ...]] = {
    "patent": _INVENTION,
    "utility_model": _INVENTION,
    "design": ("make", "use", "offer", "sell", "import", "export"),
    "trademark": ("affix", "offer", "sell", "import", "export", "advertise"),
    "software": (*_COPYRIGHT, "use"),
    "work": _COPYRIGHT,
    "ic_layout": ("reproduce", "use", "sell", "import"),
    "trade_secret": ("use", "make", "sell", "disclose"),
    "dataset": ("access", "use", "reproduce", "process", "train", "adapt", "distribute"),
}


def acts_of(kind: str) -> tuple[str, ...]:
    """The acts that can be licensed for an asset of ``kind``, in their usual order; all acts for an unknown kind."""
    return BY_KIND.get(kind, tuple(LABELS))


def label(act: str) -> str:
    return str(LABELS[act])


def ranges(acts: Iterable[str]) -> Ranges:
    """``acts`` as the ledger's numbers; KeyError for an unknown one."""
    return Ranges.points(NUMBERS[act] for act in acts)


def codes(numbers: Ranges) -> frozenset[str]:
    return frozenset(act for act, number in NUMBERS.items() if number in numbers)
