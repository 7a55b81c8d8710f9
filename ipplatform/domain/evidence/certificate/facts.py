"""What a certificate shows: what the filing says, and the evidence for it as it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ipplatform.domain.accounts import queries as accounts
from ipplatform.domain.evidence.bundle.proofs import AWAITING, covering, proof
from ipplatform.domain.evidence.certificate import rules
from ipplatform.domain.evidence.entries import signature_lines
from ipplatform.domain.evidence.formats import canonical
from ipplatform.domain.evidence.manifest import timestamp
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.time import configuration
from ipplatform.domain.evidence.time import queries as times
from ipplatform.domain.evidence.time.bundle import Stamps
from ipplatform.domain.evidence.time.queries import Interval
from ipplatform.domain.evidence.witness.bundle import Head
from ipplatform.foundation import events
from ipplatform.foundation.errors import Conflict
from ipplatform.foundation.ids import display_id

DESCRIBE = "certificate.describe"
MOST_WITNESSES = 3
LARGEST_FILE = 256 * 1024


@dataclass
class Subject:
    """What a filing is about; the capabilities above (event DESCRIBE) fill in what its own manifest does not say."""

    filing: str
    title: str = ""
    asset_kind: str = ""


@dataclass(frozen=True)
class Attachment:
    """A file that goes into the PDF; `relationship` is the AFRelationship of ISO 32000-2 section 7.11.3, in lower case."""

    name: str
    data: bytes
    media_type: str
    relationship: str = "data"


@dataclass(frozen=True)
class Evidence:
    """The state of proof of a record: its head with the proof, what independent clocks say, and the files of both."""

    record: Record
    head: Head
    interval: Interval
    configured: bool
    attachments: tuple[Attachment, ...] = field(repr=False)

    @classmethod
    def of(cls, record: Record) -> Evidence:
        """Raises Conflict (awaiting_inclusion) before a published checkpoint has the record."""
        head = covering([record])
        if head is None:
            raise Conflict(AWAITING, code="awaiting_inclusion")
        stamps = Stamps(record.leaf_index or 0)
        files = (*_log_files(record, head), *_time_files(stamps))
        interval = times.interval(record.leaf_index)
        return cls(record, head, interval, configuration.is_configured(), files)

    @property
    def basis(self) -> str:
        """SHA-256 in hexadecimal of the proof and the bounds of time: another state of evidence is another certificate."""
        bounds = [
            [item.authority, *(timestamp(one) if one else "" for one in (item.not_before, item.not_after))]
            for item in self.interval.authorities
        ]
        told = {"entry": self._file("entry.json"), "proof": self._file("entry.tlog-proof"), "time": bounds}
        return hashlib.sha256(canonical.dumps(told)).hexdigest()

    @property
    def basis_when_stamped(self) -> str:
        """Of a certificate that was issued anew over the same evidence, because the first one carried no time stamp."""
        return hashlib.sha256(f"{self.basis} stamped".encode()).hexdigest()

    @property
    def shown(self) -> dict[str, Any]:
        """JSON-ready, for templates/documents/certificate.typ. Times are RFC 3339 in UTC."""
        record, head = self.record, self.head
        seen = self._cosigned()
        witnesses, more = rules.named(list(seen))
        return {
            "number": display_id(record.public_id),
            "commitment": _lines(record.commitment.hex()),
            "origin": rules.breakable(rules.shortened(head.policy.logs[0].name, rules.LONGEST_NAME)),
            "index": str(record.leaf_index),
            "size": str(head.size),
            "root": _lines(head.root.hex()),
            "published_at": timestamp(head.published_at),
            "witnesses": [
                {"name": name, "at": timestamp(at) if at else ""}
                for name, at in zip(witnesses, seen.values(), strict=False)
            ],
            "more_witnesses": more,
            "quorum": head.met_quorum,
            "time": self._time(),
        }

    def _cosigned(self) -> dict[str, datetime | None]:
        """Each witness once, whatever keys it signed with, and the first time that it states."""
        found: dict[str, datetime | None] = {}
        for line in signature_lines(self.head):
            if line.role == "witness":
                found[line.name] = min(filter(None, (line.stated_at, found.get(line.name))), default=None)
        return found

    def _time(self) -> dict[str, Any]:
        names, more = rules.named(self.interval.names)
        bounds = (self.interval.not_before, self.interval.not_after)
        before, after = (timestamp(one) if one else "" for one in bounds)
        return {"before": before, "after": after, "by": names, "more": more, "configured": self.configured}

    def _file(self, name: str) -> str:
        return next(item.data for item in self.attachments if item.name == name).decode()


def filed(record: Record) -> dict[str, Any]:
    """What the filing says of itself, JSON-ready: from the manifest, whose bytes the commitment stands for."""
    assert record.manifest is not None
    manifest = canonical.loads(record.manifest)
    fields = manifest["fields"]
    subject = Subject(record.public_id)
    events.publish(DESCRIBE, subject=subject)
    whole = _text(fields.get("title")) or subject.title
    title = rules.breakable(rules.shortened(whole, rules.LONGEST_TITLE))
    owners, more = rules.named([_text(one.get("name")) for one in _dicts(fields.get("owners"))])
    return {
        "title": title,
        "title_size": rules.size_of(title),
        "title_from_right": rules.runs_from_right(title),
        "title_cut": title.endswith("…") and not whole.endswith("…"),
        "kind": record.kind,
        "asset_kind": subject.asset_kind,
        "owners": owners,
        "more_owners": more,
        "submitter": rules.breakable(rules.shortened(_submitter(record, manifest["submitter"]), rules.LONGEST_NAME)),
        "submitted_at": manifest["submitted_at"],
        "documents": len(manifest["documents"]),
    }


def _submitter(record: Record, said: dict[str, Any]) -> str:
    """As named when it was filed; what the office recorded for an organisation says who that is today."""
    named = _text(said.get("organisation_name"))
    if named or record.organisation_id is None:
        return named
    return accounts.organisation(record.organisation_id).name


def _log_files(record: Record, head: Head) -> Iterator[Attachment]:
    yield Attachment("entry.json", bytes(record.leaf), "application/json")
    yield Attachment("entry.tlog-proof", proof(record, head).data, "text/plain")
    yield Attachment("policy.txt", head.policy.text.encode(), "text/plain", "supplement")
    vkeys = "".join(f"{key.vkey}\n" for key in head.policy.logs)
    yield Attachment("vkeys.txt", vkeys.encode(), "text/plain", "supplement")


def _time_files(stamps: Stamps) -> Iterator[Attachment]:
    """Those of the bundle's folder time/ but the revocation lists, which can be larger than everything else together."""
    types = {"tsr": "application/timestamp-reply", "pem": "application/x-pem-file"}
    for name, data in stamps.files():
        kind = name.rpartition(".")[2]
        if kind != "crl" and len(data) <= LARGEST_FILE:
            yield Attachment(name.replace("/", "-"), data, types.get(kind, "text/plain"), "supplement")


def _lines(digest: str) -> list[str]:
    return [rules.grouped(digest[:32]), rules.grouped(digest[32:])]


def _text(value: Any) -> str:
    return rules.one_line(value) if isinstance(value, str) else ""


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
