"""One record with its place in the log and the checkpoints that prove it."""

from __future__ import annotations

from ipplatform.domain.evidence import queries
from ipplatform.domain.evidence.audit import heads, log, marks, parts, records, rows, signatures
from ipplatform.domain.evidence.audit.fast import Reader
from ipplatform.domain.evidence.audit.findings import Part
from ipplatform.domain.evidence.audit.marks import Standing


def check(filing: str) -> Part:
    """Everything about the record of the filing; nothing about its neighbours in the log."""
    record_id = queries.record_by_filing_id(filing)
    part = Part(0, checked=1, ended=True)
    if record_id is None:
        return part
    for raw in rows.of(record_id):
        standing = _place(raw[11], filing, part)
        one, _size = records.examine(
            Reader(), raw, rows.documents(record_id, record_id).get(record_id, {}), part.findings
        )
        records.conclude([one], standing, part)
    return part


def _place(index: object, filing: str, part: Part) -> Standing:
    """Findings about tile, checkpoints and heads go into `part`; what they mean for the leaf is returned."""
    standing, state = Standing(), rows.log_state()
    if state is None or not isinstance(index, int) or not 0 <= index < state.size:
        return standing
    bottom, above, covering = log.one(index, state), heads.step(), Part(0)
    signatures.covering(index, covering)
    bottom.findings = [item for item in bottom.findings if item.record == filing or item.record.startswith("tile/")]
    for found in (bottom, above, covering, *(parts.step(name) for name in parts.names())):
        part.findings += found.findings
        standing.fail(found.broken)
        standing.cover(found.covered)
    standing.cover({marks.INCLUSION: state.size})
    return standing
