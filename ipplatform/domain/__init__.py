"""What the service does. Capabilities in layers: each imports only those below it (setup.cfg holds the order)."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

REGISTRATIONS = ("models", "jobs", "checks", "subscriptions")


def register_all() -> None:
    """Import every capability's tables, job handlers, audit checks and event subscriptions, once at start."""
    for capability in iter_modules(__path__):
        package = import_module(f"{__name__}.{capability.name}")
        present = {module.name for module in iter_modules(package.__path__)}
        for name in REGISTRATIONS:
            if name in present:
                import_module(f"{package.__name__}.{name}")
