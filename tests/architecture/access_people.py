"""Who asks, and how a line of the table says who gets in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

OWN = frozenset({"administrator", "filer", "dealer", "signatory", "viewer"})
OTHERS = frozenset({"stranger", "partner"})  # members of other organisations; the partner's holds a licence of ours
MEMBERS = OWN | OTHERS
OFFICE = frozenset({"registrar", "auditor", "office administrator"})
SIGNED_IN = MEMBERS | OFFICE | {"newcomer"}
EVERYBODY = SIGNED_IN | {"anonymous"}

PASSWORD = "seven quiet river stones"
PUBLIC_KEY = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
-----END PUBLIC KEY-----
"""
DRAWING, GRANTS = "a drawing to upload", "grants to upload"  # bodies that are files


def own(*roles: str) -> frozenset[str]:
    """People of the organisation in ``roles``; administrators hold every permission but signing."""
    return frozenset(roles)


@dataclass(frozen=True, slots=True)
class Line:
    enter: frozenset[str]
    given: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
