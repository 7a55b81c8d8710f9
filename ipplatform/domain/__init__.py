"""What the service does. Capabilities in layers: each imports only those below it (setup.cfg holds the order)."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

REGISTRATIONS = ("models", "jobs", "checks", "subscriptions")


def register_all() -> None:
    """Import the tables, job handlers, audit checks and event subscriptions of every capability and its areas, at start."""
    for capability in iter_modules(__path__):
        package = import_module(f"{__name__}.{capability.name}")
        _register(package)
        for area in iter_modules(package.__path__):
            if area.ispkg:
                _register(import_module(f"{package.__name__}.{area.name}"))


def _register(package: ModuleType) -> None:
    present = {module.name for module in iter_modules(package.__path__)}
    for name in REGISTRATIONS:
        if name in present:
            import_module(f"{package.__name__}.{name}")
