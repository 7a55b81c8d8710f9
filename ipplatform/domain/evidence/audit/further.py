"""The parts of evidence that stand beside the log, each with its own findings: importing this registers them."""

from ipplatform.domain.evidence.audit.marks import WITNESS
from ipplatform.domain.evidence.audit.parts import FurtherPart, register
from ipplatform.domain.evidence.witness import audit as witnesses

register(FurtherPart("witness", witnesses.findings, WITNESS, witnesses.quorum_sizes))
