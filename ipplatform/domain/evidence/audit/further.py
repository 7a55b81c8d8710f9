"""The parts of evidence that stand beside the log, each with its own findings: importing this registers them."""

from ipplatform.domain.evidence.audit import reported
from ipplatform.domain.evidence.audit.marks import TIME, WITNESS
from ipplatform.domain.evidence.audit.parts import FurtherPart, register
from ipplatform.domain.evidence.certificate import checks as certificates
from ipplatform.domain.evidence.erasure import audit as erasures
from ipplatform.domain.evidence.succession import audit as former
from ipplatform.domain.evidence.time import audit as times
from ipplatform.domain.evidence.witness import audit as witnesses

register(FurtherPart("certified", certificates.orphans))
register(FurtherPart("erasures", erasures.findings))
register(FurtherPart("former", former.findings))
register(FurtherPart("reports", reported.findings))
register(FurtherPart("time", times.findings, TIME, times.stamped_sizes))
register(FurtherPart("witness", witnesses.findings, WITNESS, witnesses.quorum_sizes))
