"""What a bundle says of the witnesses, for readers of any year."""

from __future__ import annotations

from ipplatform.domain.evidence.bundle import signed
from ipplatform.domain.evidence.formats import checkpoint, note
from ipplatform.domain.evidence.witness.bundle import Head

TITLE = "\nWitnesses\n"
MET = """\
  Others, named in log/policy.txt, keep copies of the log's heads. They cosigned the
  head in log/entry.tlog-proof after they had checked that it holds everything of the
  heads before, and enough of them did so for the quorum {quorum}. The log could
  not show others another history without their help. Each states its own time.
"""
UNMET = """\
  The quorum of witnesses that this log wants was not met when this bundle was made:
  only the log's own signatures vouch that it showed everybody the same history. Ask
  for the bundle again later.
"""
NONE = """\
  None are demanded: only the log's own signatures vouch that it showed everybody
  the same history.
"""
STEP = """\

Witnesses: for each line `witness` of log/policy.txt whose key is of type 4, the
signature line of that name holds base64 of four bytes of key id, eight bytes of
time (seconds since 1970, the highest byte first) and an Ed25519 signature over the
lines `cosignature/v1` and `time <seconds>` and then the checkpoint's lines before
the empty one. Keys of type 6 sign with ML-DSA-44 as the log's second key does.
The lines `group` and `quorum` say how many must have signed. With the files of step 5:

"""


class Witnesses:
    """The part of README.txt and VERIFY.txt that speaks of them."""

    def __init__(self, head: Head) -> None:
        self._head = head

    @property
    def readme(self) -> str:
        if self._head.met_quorum:
            return TITLE + MET.format(quorum=self._head.policy.quorum)
        return TITLE + (NONE if self._head.met_quorum is None else UNMET)

    @property
    def instructions(self) -> str:
        """Commands for every witness that cosigned; empty where no quorum was met."""
        if not self._head.met_quorum:
            return ""
        head = checkpoint.parse(note.parse(self._head.note).text)
        keys = signed.cosigners(self._head.policy.witnesses.values(), self._head.note)
        return STEP + signed.commands(keys, head)
