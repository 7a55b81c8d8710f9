"""What findings say, in the reader's language. Stored and signed they stay English: a report is the same everywhere.

Values, and names of columns and files, stand as they are; so does what is not known here.
"""

from __future__ import annotations

import re
from functools import cache

from ipplatform.domain.evidence.models import AuditFinding
from ipplatform.entrypoints.http import audit_reasons
from ipplatform.foundation.i18n import N_, _

SENTENCES = frozenset(
    {
        N_("bytes that authenticate"),
        N_("changed bytes"),
        N_("a readable value"),
        N_("readable values"),
        N_("a readable row"),
        N_("values that cannot be read"),
        N_("text sealed with the data key that opens"),
        N_("bytes that do not open (changed, or another key)"),
        N_("values that open"),
        N_("(not readable)"),
        N_("(missing)"),
        N_("none"),
        N_("nothing"),
        N_("neither"),
        N_("no file"),
        N_("changed"),
        N_("another value"),
        N_("another form"),
        N_("other bytes"),
        N_("a stored file"),
        N_("no row says where it is"),
        N_("the stored file has changed bytes"),
        N_("the stored file is missing"),
        N_("the row as it was stored"),
        N_("the file as it was written"),
        N_("the file in the form it was written in"),
        N_("as it was issued"),
        N_("erased"),
        N_("still there"),
        N_("a manifest, or a logged record of its erasure"),
        N_("a file in ERASURE_DIR"),
        N_("one of the erased filings"),
        N_("a record"),
        N_("a record with this entry"),
        N_("the index of an entry of the log"),
        N_("the index of this record's entry"),
        N_("a root of the stored tiles"),
        N_("a size"),
        N_("a checkpoint signed by the log"),
        N_("a head signed by the log"),
        N_("a head signed by the keys of former_log.policy"),
        N_("the last signed head"),
        N_("the head that the log published"),
        N_("the checkpoint that was stamped"),
        N_("a token over this checkpoint"),
        N_("the certificates of the token"),
        N_("a valid time stamp"),
        N_("keys that judge this log"),
        N_("a cosignature of this tree"),
        N_("a policy with a quorum"),
        N_("a policy without these keys"),
        N_("a policy or an origin that is not the head's"),
        N_("a proof"),
        N_("a place of publication"),
        N_("the log that this record anchors"),
        N_("the record that anchors this log"),
        N_("a log that ended"),
        N_("a signature of the audit's key"),
        N_("a key that is enrolled"),
        N_("the key that signed"),
        N_("a key that is taken"),
        N_("a signature over the manifest"),
        N_("a passkey's signature over the manifest"),
        N_("a signature over signing_key.possession"),
        N_("the key of the attestation object"),
        N_("an attestation object that verifies"),
        N_("a kind of IP"),
        N_("codes of the lists"),
        N_("columns of the register"),
        N_("published file"),
        N_("published checkpoint"),
        N_("published policy"),
        N_("time of the last head"),
        N_("log_policy.text or its digest"),
        N_("root of the published entries"),
        N_("rows of evidence_finding"),
        N_("journal of erasures"),
        N_("published checkpoint (or former_log.place)"),
        N_("what the log's record commits to"),
        N_("another"),
        N_("sha256 changed bytes"),
        N_("log"),
        N_("signer"),
        N_("keys"),
    }
)

STATUS, SEALED = "filing.status", " (or its seal)"
# As a finding about a status has them; templates/macros/ui.html says the same.
STATUSES = {
    "draft": N_("Draft"),
    "submitted": N_("Submitted"),
    "under_examination": N_("Under examination"),
    "deficient": N_("Deficient"),
    "answered": N_("Answered"),
    "registered": N_("Registered"),
    "refused": N_("Refused"),
    "withdrawn": N_("Withdrawn"),
}
ONE_OF = "one of: "
# A pattern, and what it says with the pattern's groups.
PATTERNS = {
    r"document (?P<number>\d+)": N_("document %(number)s"),
    r"document (?P<number>\d+) \((?P<name>.*)\)": N_("document %(number)s (%(name)s)"),
    r"document (?P<number>\d+) \((?P<name>.*)\) (?P<column>size|sha256|sha512)": N_(
        "document %(number)s (%(name)s), %(column)s"
    ),
    r"(?P<field>[\w.]+) \(or its seal\)": N_("%(field)s, or its part of the seal (one of the two was changed)"),
    r"(?P<part>[0-9a-f]{16}), computed from the value as it stands: (?P<value>.*)": N_(
        "%(part)s, computed from the value as it stands: %(value)s"
    ),
    r"(?P<part>[0-9a-f]{0,16}), stored in the seal": N_("%(part)s, stored in the seal"),
    r"(?P<field>filing\.content) of (?P<filing>\w{16})": N_("%(field)s of %(filing)s"),
    r"(?P<field>[\w./-]+) \(row\)": N_("%(field)s (row)"),
    r"(?P<field>[\w./-]+) \(row\), (?P<column>\w+)": N_("%(field)s (row), %(column)s"),
    r"journal of erasures: (?P<column>\S+)": N_("journal of erasures: %(column)s"),
    r"the row that the log records as (?P<record>\w+)": N_("the row that the log records as %(record)s"),
    r"former log (?P<name>\S+)": N_("former log %(name)s"),
    r"witnessed log (?P<name>\S+)": N_("witnessed log %(name)s"),
    r"none: (?P<reason>.*)": N_("none: %(reason)s"),
    r"no signature by (?P<key>[0-9a-f]+) but of sizes from (?P<first>\d+)": N_(
        "no signature by %(key)s but of sizes from %(first)s"
    ),
    r"no signature by (?P<key>[0-9a-f]+) but of sizes from (?P<first>\d+) to before (?P<end>\d+)": N_(
        "no signature by %(key)s but of sizes from %(first)s to before %(end)s"
    ),
    r"(?P<count>\d+) bytes": N_("%(count)s bytes"),
    r"(?P<count>\d+) entries": N_("%(count)s entries"),
    r"hash (?P<place>\d+)": N_("hash %(place)s"),
    r"(?P<tile>tile/\S+) hash (?P<place>\d+)": N_("%(tile)s, hash %(place)s"),
    r"cosignature of (?P<name>\S+)": N_("cosignature of %(name)s"),
    r"erasure of (?P<filing>\w{16})": N_("erasure of %(filing)s"),
    r"log_cosignature\.cosigned_at of (?P<name>\S+)": N_("log_cosignature.cosigned_at of %(name)s"),
    r"evidence_finding of (?P<name>\S+)": N_("evidence_finding of %(name)s"),
    r"log_state\.size or rows of (?P<table>\w+)": N_("log_state.size or rows of %(table)s"),
    r"root at (?P<size>\d+) \(or the signer's memory\)": N_("root at %(size)s (or the signer's memory)"),
    r"(?P<first>\d+) to (?P<last>-?\d+)": N_("%(first)s to %(last)s"),
    r"(?P<key>[0-9a-f]{32}) is there again: a restored backup\?": N_("%(key)s is there again: a restored backup?"),
    r"an entry with hash (?P<hash>[0-9a-f]*)": N_("an entry with hash %(hash)s"),
    r"a report with sha256 (?P<digest>[0-9a-f]+)": N_("a report with sha256 %(digest)s"),
    r"a signature by (?P<name>\S+) \((?P<key>[0-9a-f]+)\)": N_("a signature by %(name)s (%(key)s)"),
    r"a quorum among: (?P<names>.*)": N_("a quorum among: %(names)s"),
    r"at most (?P<size>\d+), the log's size": N_("at most %(size)s, the log's size"),
    r"at most (?P<size>\d+), the size of the log": N_("at most %(size)s, the size of the log"),
    r"at least (?P<size>\d+), which was signed": N_("at least %(size)s, which was signed"),
    r"a record's place below (?P<size>\d+)": N_("a record's place below %(size)s"),
    r"a row at (?P<place>\d+)": N_("a row at %(place)s"),
    r"a key of type (?P<type>0x[0-9a-f]{2}) for sizes to come": N_("a key of type %(type)s for sizes to come"),
    r"checkpoint (?P<size>-?\d+)": N_("checkpoint %(size)s"),
    r"certificate (?P<number>\d+)": N_("certificate %(number)s"),
    r"former entry (?P<place>\d+)": N_("former entry %(place)s"),
    r"entry (?P<place>\d+)": N_("entry %(place)s"),
}


def words(text: str) -> str:
    """What a field is called, or what a finding is about where that is no filing."""
    known = words_key(text)
    if known is None:
        return text
    said, values = known
    return _(said, **{name: words(value) if name == "reason" else value for name, value in values.items()})


def words_key(text: str) -> tuple[str, dict[str, str]] | None:
    """The text that is translated, and the values in it; None for what is no sentence of ours."""
    if text in SENTENCES or text in audit_reasons.SENTENCES:
        return text, {}
    for pattern, said in _patterns():
        matched = pattern.fullmatch(text)
        if matched:
            return said, matched.groupdict()
    return None


def side(finding: AuditFinding, text: str) -> str:
    """What was expected or found. Where a byte is named both sides are values, which may read like words of ours.

    Not so for a seal, which is described, and for a status, which is a word of a list.
    """
    if finding.position is not None and not finding.field.endswith(SEALED):
        return text
    if finding.field == STATUS:
        return _statuses(text)
    return words("none" if text == "None" else text)


def _statuses(text: str) -> str:
    """Codes of statuses with what pages call them; another value as it is."""
    codes = text.removeprefix(ONE_OF).split(", ")
    named = [f"{_(STATUSES[code])} ({code})" if code in STATUSES else words(code) for code in codes]
    listed = _(", ").join(named)
    return _("one of: %(values)s", values=listed) if text.startswith(ONE_OF) else listed


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern, re.DOTALL), said) for pattern, said in (PATTERNS | audit_reasons.PATTERNS).items()]
