"""Codes of IPC, CPC and Locarno: one normal form each, whatever form an office's file uses, and the tree above them.

Sources: WIPO ST.8 (IPC in machine-readable records), the IPC Guide, the CPC scheme, the Locarno Agreement.
"""

from __future__ import annotations

import re

# Subclass, main group, subgroup with a slash or blank-padded (ST.8), then version and indicators that are dropped.
_SLASHED = re.compile(
    r"(?P<subclass>[A-HY]\d{2}[A-Z])\s*0*(?P<group>\d{1,4})\s*/\s*(?P<subgroup>\d{2,6})(?:\s.*|\(.*)?", re.ASCII
)
_FIXED = re.compile(r"(?P<subclass>[A-HY]\d{2}[A-Z])(?P<group>[ \d]{3})(?P<subgroup>\d{2,6})", re.ASCII)
_ZEROED = re.compile(r"(?P<subclass>[A-HY]\d{2}[A-Z])(?P<group>\d{4})(?P<subgroup>\d{6})", re.ASCII)
_PREFIX = re.compile(r"[A-HY](?:\d{2}[A-Z]?)?", re.ASCII)
_LOCARNO = re.compile(r"(?:LOC\s*(?:\(\d+\))?\s*(?:CL\.?)?\s*)?(\d{1,2})\s*[-. ]\s*(\d{1,2})(?:\s*[A-Z])?", re.ASCII)
_LOCARNO_PACKED = re.compile(r"(\d{2})(\d{2})[A-Z]?", re.ASCII)
LOCARNO_CLASSES = 32


class UnreadableCode(ValueError):
    """A text that is no code of that scheme."""


def normalise_ipc(text: str) -> str:
    """``H01M0010052500``, ``H01M0010/0525 20100101AFI``, ``A45F  504`` -> ``H01M 10/0525``, ``A45F 5/04``; a class or subclass stays.

    Raises ValueError for anything that is not an IPC symbol.
    """
    code = _symbol(text)
    if code.startswith("Y") or len(code.partition("/")[2]) > 6:
        raise UnreadableCode(text)
    return code


def normalise_cpc(text: str) -> str:
    """``H01M10/0525``, ``Y02E 60/10`` -> ``H01M 10/0525``, ``Y02E 60/10``. Raises ValueError."""
    return _symbol(text)


def normalise_locarno(text: str) -> str:
    """``0101``, ``2-4``, ``LOC (13) Cl. 01-01`` -> ``01-01``, ``02-04``; classes 1 to 32. Raises ValueError."""
    plain = text.strip().upper()
    found = _LOCARNO_PACKED.fullmatch(plain) or _LOCARNO.fullmatch(plain)
    if found is None or not 1 <= int(found[1]) <= LOCARNO_CLASSES:
        raise UnreadableCode(text)
    return f"{int(found[1]):02d}-{int(found[2]):02d}"


def normalise(scheme: str, text: str) -> str:
    """``text`` in the normal form of ``scheme`` (ipc, cpc, locarno); other schemes' codes are trimmed. ValueError."""
    normaliser = {"ipc": normalise_ipc, "cpc": normalise_cpc, "locarno": normalise_locarno}.get(scheme, _trimmed)
    return normaliser(text)


def from_parts(section: str, class_: str, subclass: str, group: str, subgroup: str) -> str:
    """The symbol whose parts stand in elements of their own; ValueError when they make none."""
    return _symbol(f"{section}{class_}{subclass}{group.strip()}/{subgroup.strip()}" if group.strip() else section)


def ancestors(code: str) -> tuple[str, ...]:
    """The path from the section to ``code``: ``("H", "H01", "H01M", "H01M 10/00", "H01M 10/0525")``; Locarno class too.

    A group's finer dot hierarchy is not in its symbol; the main group ``10/00`` stands for it.
    """
    if re.fullmatch(r"\d\d-\d\d", code):
        return (code[:2], code)
    subclass, _, group = code.partition(" ")
    path = [subclass[:length] for length in (1, 3, 4) if len(subclass) >= length]
    if group:
        path.append(f"{subclass} {group.partition('/')[0]}/00")
    return tuple(dict.fromkeys([*path, code]))


def _symbol(text: str) -> str:
    plain = text.strip().upper()
    if _PREFIX.fullmatch(plain):
        return plain
    if zeroed := _ZEROED.fullmatch(plain):
        plain = f"{zeroed['subclass']}{zeroed['group']}/{zeroed['subgroup'][:2]}{zeroed['subgroup'][2:].rstrip('0')}"
    found = _SLASHED.fullmatch(plain) or _FIXED.fullmatch(plain)
    group = found["group"].strip() if found else ""
    if found is None or not group.isdecimal() or int(group) == 0:
        raise UnreadableCode(text)
    return f"{found['subclass']} {int(group)}/{found['subgroup']}"


def _trimmed(text: str) -> str:
    plain = " ".join(text.split())
    if not plain or len(plain) > 40:
        raise UnreadableCode(text)
    return plain
