"""The certificate in a bundle, once it was issued: for people, and no part of the proof."""

from __future__ import annotations

from collections.abc import Iterator

from ipplatform.domain.accounts.actor import ANONYMOUS
from ipplatform.domain.evidence.certificate import queries
from ipplatform.domain.evidence.certificate.permissions import granted_above
from ipplatform.domain.evidence.models import Record

NAME = "certificate.pdf"
README = """
The certificate
  certificate.pdf is for people: it shows the filing and its evidence on one page and
  is signed by the platform (PAdES). It is never the root of trust. Everything that it
  says follows from the files above, and they hold without it.
"""
INSTRUCTIONS = """
The certificate, with pdfsig (poppler-utils) or any reader of PDF that shows
signatures. It says whether the file was changed since it was signed; whether the
platform's certificate is one you trust is for you to say. The files attached to it
are those of log/ and time/.

    pdfsig -nocert certificate.pdf
    pdfdetach -list certificate.pdf
"""


class Certified:
    """What a bundle about `record` says and holds. A public one holds the certificate of what is published."""

    def __init__(self, record: Record, *, with_filing: bool) -> None:
        found = queries.standing(record.id) if record.manifest is not None else None
        shown = found is not None and (with_filing or granted_above(ANONYMOUS, record))
        self._content = found.content if found is not None and shown else None

    @property
    def any(self) -> bool:
        return bool(self._content)

    @property
    def readme(self) -> str:
        return README if self._content else ""

    @property
    def instructions(self) -> str:
        return INSTRUCTIONS if self._content else ""

    def files(self) -> Iterator[tuple[str, bytes]]:
        if self._content:
            yield NAME, self._content
