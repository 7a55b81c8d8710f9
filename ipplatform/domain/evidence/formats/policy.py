"""The policy file of C2SP tlog-policy: which logs and witnesses a verifier trusts, and how many it wants."""

import re
from dataclasses import dataclass, field

from ipplatform.domain.evidence.formats.note import NoteError, VerifierKey, parse_vkey

_COUNT = re.compile("[1-9][0-9]{0,3}")
_SPACE = re.compile("[ \t]+")


class PolicyError(ValueError):
    """A line of a policy file is malformed."""


@dataclass(frozen=True)
class Policy:
    """`groups` maps a group name to (threshold, member names); `quorum` is None when no witness is demanded."""

    logs: tuple[VerifierKey, ...]
    witnesses: dict[str, VerifierKey] = field(default_factory=dict)
    groups: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    quorum: str | None = None
    urls: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        lines = [_line("log", key.vkey, self.urls.get(key.vkey)) for key in self.logs]
        lines += [_line("witness", name, key.vkey, self.urls.get(key.vkey)) for name, key in self.witnesses.items()]
        lines += [_line("group", name, str(count), *members) for name, (count, members) in self.groups.items()]
        return "\n".join([*lines, _line("quorum", self.quorum or "none")]) + "\n"

    @property
    def origin(self) -> str:
        return self.logs[0].name

    def is_met(self, signed: set[str]) -> bool:
        """Whether the witnesses named in `signed` make the quorum."""
        return self.quorum is None or self._holds(self.quorum, signed)

    def _holds(self, name: str, signed: set[str]) -> bool:
        if name in self.groups:
            count, members = self.groups[name]
            return sum(self._holds(member, signed) for member in members) >= count
        return name in signed


def parse(text: str, *, logs_known: bool = False) -> Policy:
    """Raises PolicyError for an unknown or malformed line, a name used before it is defined, or no log or quorum.

    With `logs_known` the logs follow from elsewhere, and the file may name none.
    """
    logs: list[VerifierKey] = []
    witnesses: dict[str, VerifierKey] = {}
    groups: dict[str, tuple[int, tuple[str, ...]]] = {}
    urls: dict[str, str] = {}
    quorum: str | None = None
    members_seen: set[str] = set()
    if any((ord(char) < 0x20 and char not in "\t\n") or char == "\x7f" for char in text):
        raise PolicyError("a policy holds no control characters but tab and newline")
    lines = [line.strip(" \t") for line in text.split("\n")]
    for line in lines:
        if not line or line.startswith("#"):
            continue
        words = _SPACE.split(line)
        match words:
            case ["log", vkey, *url] if len(url) <= 1:
                logs.append(_key(vkey, url, urls))
            case ["witness", name, vkey, *url] if len(url) <= 1:
                witnesses[_new(name, witnesses, groups)] = _key(vkey, url, urls)
            case ["group", name, count, *members] if members:
                groups[_new(name, witnesses, groups)] = _group(count, members, {*witnesses, *groups} - members_seen)
                members_seen.update(members)
            case ["quorum", name] if quorum is None and (name == "none" or name in {*witnesses, *groups}):
                quorum = name
            case _:
                raise PolicyError(f"the policy line {line[:80]!r} is not understood")
    if _repeats(logs) or _repeats(list(witnesses.values())):
        raise PolicyError("a key is listed twice")
    if quorum is None or not (logs or logs_known):
        raise PolicyError("a policy names a log and a quorum")
    return Policy(tuple(logs), witnesses, groups, None if quorum == "none" else quorum, urls)


def _repeats(keys: list[VerifierKey]) -> bool:
    return len({(key.algorithm, key.public) for key in keys}) != len(keys)


def _key(vkey: str, url: list[str], urls: dict[str, str]) -> VerifierKey:
    try:
        key = parse_vkey(vkey)
    except NoteError as error:
        raise PolicyError(str(error)) from error
    if url:
        urls[key.vkey] = url[0]
    return key


def _new(name: str, *known: dict[str, VerifierKey] | dict[str, tuple[int, tuple[str, ...]]]) -> str:
    if name == "none" or any(name in names for names in known):
        raise PolicyError(f"the name {name!r} is taken")
    return name


def _group(count: str, members: list[str], known: set[str]) -> tuple[int, tuple[str, ...]]:
    if not known.issuperset(members) or len(set(members)) != len(members):
        raise PolicyError("a group holds names defined before it, each once")
    threshold = {"all": len(members), "any": 1}.get(count) or (int(count) if _COUNT.fullmatch(count) else 0)
    if not 1 <= threshold <= len(members):
        raise PolicyError("the threshold of a group is any, all or a number of its members")
    return threshold, tuple(members)


def _line(*words: str | None) -> str:
    return " ".join(word for word in words if word)
