"""Refuse a run-time requirement whose licence would bind the whole service: ``python -m scripts.licences LOCK``.

Licences are read from the installed packages' own metadata. GPL and AGPL are refused; LGPL libraries are used
unchanged and as separate packages, which their licence allows.
"""

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

_STRONG_COPYLEFT = re.compile(r"\b(A?GPL|GNU (Affero )?General Public)", re.IGNORECASE)
_WEAK_COPYLEFT = re.compile(r"LGPL|Lesser General Public", re.IGNORECASE)
_REQUIREMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==(\S+)", re.MULTILINE)


def main(lock: Path) -> int:
    names = [match[1] for match in _REQUIREMENT.finditer(lock.read_text())]
    findings = [finding for name in names if (finding := _finding(name))]
    for finding in findings:
        print(finding, file=sys.stderr)
    print(f"{len(names)} licences read, {len(findings)} refused")
    return 1 if findings else 0


def _finding(name: str) -> str | None:
    try:
        package = distribution(name)
    except PackageNotFoundError:
        return None  # locked for another system or Python version
    licences = licences_of(package)
    if not licences:
        return f"{name} names no licence"
    if all(refused(licence) for licence in licences):
        return f"{name} may only be used under {', '.join(licences)}"
    return None


def licences_of(package: Distribution) -> list[str]:
    """Alternatives under which ``package`` may be used, as its metadata names them."""
    expression = package.metadata.get("License-Expression")
    if expression:
        return re.split(r"\s+OR\s+", expression)
    classifiers = [
        text for text in package.metadata.get_all("Classifier") or [] if text.startswith("License :: OSI Approved ::")
    ]
    if classifiers:
        return classifiers
    plain = (package.metadata.get("License") or "").strip()
    return [plain.splitlines()[0]] if plain else []


def refused(licence: str) -> bool:
    return bool(_STRONG_COPYLEFT.search(_WEAK_COPYLEFT.sub("", licence)))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
