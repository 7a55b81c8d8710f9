"""Signs a PDF: PAdES (ETSI EN 319 142-1), level B-T with a time stamp where an authority gives one, else B-B."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import structlog
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from ipplatform.domain.evidence.certificate.keys import PdfKey
from ipplatform.domain.evidence.time import client
from ipplatform.domain.evidence.time.configuration import Authority
from ipplatform.domain.evidence.time.errors import AuthorityProblem, TokenError
from ipplatform.foundation import coroutines

if TYPE_CHECKING:
    from asn1crypto import cms

FIELD = "Certificate"
DIGEST = "sha256"
# Room for the signature with its chain, and with a token and its chain. Given, so that nothing is stamped for a trial.
ROOM, ROOM_WITH_STAMP = 8 * 1024, 24 * 1024
log = structlog.get_logger()


class NotStamped(Exception):
    """The authority did not give a usable token; nothing was signed."""


def sign(document: bytes, key: PdfKey, authority: Authority | None = None) -> bytes:
    """`document` as a certified PDF, an incremental update of the same bytes. Raises NotStamped."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    signer = _signer(key)
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=DIGEST,
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    stamper = None if authority is None else _stamper(signer, authority)
    writer = signers.PdfSigner(metadata, signer, timestamper=stamper)
    room = ROOM if authority is None else ROOM_WITH_STAMP
    update = IncrementalPdfFileWriter(BytesIO(document))
    signed = coroutines.result_of(writer.async_sign_pdf(update, bytes_reserved=2 * room))
    return bytes(signed.getvalue())


def _signer(key: PdfKey) -> Any:
    """A signer that remembers its signature: it is what the authority stamps (RFC 5126 section 6.1.1)."""
    from asn1crypto import x509
    from pyhanko.sign.signers.pdf_cms import Signer
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class Remembering(Signer):
        made = b""

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            assert digest_algorithm == DIGEST
            self.made = key.private.sign(data, PKCS1v15(), SHA256())
            return self.made

    chain = [x509.Certificate.load(item.public_bytes(Encoding.DER)) for item in key.chain]
    above: Any = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    above.register_multiple(chain[1:])
    return Remembering(signing_cert=chain[0], cert_registry=above)


def _stamper(signer: Any, authority: Authority) -> Any:
    """Our own client asks, so that a token is verified against the configured roots before it goes into the file."""
    from pyhanko.sign.timestamps import TimeStamper

    class Asking(TimeStamper):
        async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
            try:
                obtained = client.obtain(authority, signer.made)
            except (AuthorityProblem, TokenError) as error:
                log.warning("certificate not stamped", authority=authority.name, reason=str(error))
                raise NotStamped(str(error)) from error
            return _token_of(obtained.response)

    return Asking()  # type: ignore[no-untyped-call]


def _token_of(response: bytes) -> cms.ContentInfo:
    from asn1crypto import tsp

    return tsp.TimeStampResp.load(response)["time_stamp_token"]
