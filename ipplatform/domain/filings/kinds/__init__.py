"""Kinds of IP that can be registered here: every module of this folder that defines KIND is one."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from ipplatform.domain.filings.definition import Kind


@cache
def registry() -> dict[str, Kind]:
    """Kind by name, in the order people meet them."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    kinds = sorted((module.KIND for module in modules), key=lambda kind: kind.position)
    return {kind.name: kind for kind in kinds}


def get(name: str) -> Kind | None:
    return registry().get(name)


def of(name: str) -> Kind:
    """KeyError for a kind that cannot be registered here."""
    return registry()[name]
