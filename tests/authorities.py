"""Time-stamping authorities for tests: `openssl ts` behind a local web server, with a root and a revocation list."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

POLICY = "1.3.6.1.4.1.57264.2"
CONFIGURATION = """\
[ tsa ]
default_tsa = here
[ here ]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
{chain}
signer_digest = sha256
default_policy = {policy}
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
YEAR = timedelta(days=365)


class Authority:
    """One authority with its folder. `moment` is the time its clock shows (None: the machine's).

    `fault` makes it answer badly: "refuse" (a rejection), "error" (500), "garbage", "redirect", "huge", "silent",
    "replay" (the answer before). `asked` counts the requests for tokens.
    """

    def __init__(self, folder: Path, name: str = "northclock", *, intermediate: bool = False) -> None:
        self.folder, self.name, self.moment, self.fault, self.asked = folder, name, _none(), "", 0
        folder.mkdir(parents=True)
        self._lock, self._last, self._serials = Lock(), b"", 1000
        now = datetime.now(UTC).replace(microsecond=0)
        self._root_key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._certificate(f"{name} root", self._root_key, None, (now - YEAR, now + 60 * YEAR), ca=True)
        (folder / "root.pem").write_bytes(_pem(self.root))
        self._issuer, self._issuer_key = self.root, self._root_key
        if intermediate:
            self._issuer_key = ec.generate_private_key(ec.SECP256R1())
            whole = (now - YEAR, now + 60 * YEAR)
            self._issuer = self._certificate(f"{name} issuer", self._issuer_key, self._root_key, whole, ca=True)
            (folder / "issuer.pem").write_bytes(_pem(self._issuer))
        chain = "certs = issuer.pem" if intermediate else ""
        (folder / "tsa.cnf").write_text(CONFIGURATION.format(chain=chain, policy=POLICY))
        (folder / "serial").write_text("01\n")
        self.take_certificate(now - timedelta(days=30), now + 8 * YEAR)
        self.publish_crl(now - timedelta(hours=1), now + YEAR)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/tsa"

    @property
    def crl_url(self) -> str:
        return self.url.removesuffix("/tsa") + "/crl"

    @property
    def root_file(self) -> Path:
        return self.folder / "root.pem"

    def take_certificate(self, begins: datetime, ends: datetime, *, purpose: Any = None, critical: bool = True) -> None:
        """A new key and certificate for the tokens that follow; `purpose` an extended key usage other than the right one."""
        key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.ExtendedKeyUsage([purpose or ExtendedKeyUsageOID.TIME_STAMPING])
        self.certificate = self._certificate(self.name, key, self._issuer_key, (begins, ends), usage=(usage, critical))
        (self.folder / "tsa.pem").write_bytes(_pem(self.certificate))
        (self.folder / "tsa.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    def publish_crl(self, begins: datetime, ends: datetime, *, revoked_at: datetime | None = None) -> None:
        """The revocation lists of the issuer (and of the root above it); `revoked_at` revokes the present certificate."""
        lists = [_crl(self._issuer, self._issuer_key, begins, ends, self.certificate, revoked_at)]
        if self._issuer is not self.root:
            lists.append(_crl(self.root, self._root_key, begins, ends, self.certificate, None))
        (self.folder / "crl.pem").write_bytes(b"".join(lists))

    def answer(self, query: bytes) -> bytes:
        """What `openssl ts -reply` says to a request, at the time this authority's clock shows."""
        with self._lock:
            self.asked += 1
            if self.fault == "replay":
                return self._last
            (self.folder / "query.tsq").write_bytes(query)
            command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq"]
            self._run([*command, "-out", "reply.tsr"])
            self._last = (self.folder / "reply.tsr").read_bytes()
            return self._last

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _run(self, command: list[str]) -> None:
        at = self.moment
        faked = ["faketime", at.strftime("%Y-%m-%d %H:%M:%S")] if at else []
        environment = os.environ | {"TZ": "UTC"}
        subprocess.run([*faked, *command], cwd=self.folder, env=environment, check=True, capture_output=True)

    def _certificate(
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey,
        issuer_key: ec.EllipticCurvePrivateKey | None,
        validity: tuple[datetime, datetime],
        *,
        ca: bool = False,
        usage: tuple[x509.ExtendedKeyUsage, bool] | None = None,
    ) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = subject
        if issuer_key is not None:
            issuer = self.root.subject if issuer_key is self._root_key else self._issuer.subject
        self._serials += 1
        issuing = (issuer_key or key).public_key()
        builder = (
            x509.CertificateBuilder(issuer, subject, key.public_key(), self._serials, *validity)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing), critical=False)
            .add_extension(_key_usage(ca=ca), critical=True)
        )
        if usage is not None:
            builder = builder.add_extension(usage[0], critical=usage[1])
        return builder.sign(issuer_key or key, hashes.SHA256())


def _none() -> datetime | None:
    return None


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    never = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
         "decipher_only"), False
    )  # fmt: skip
    return x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, **never)


def _crl(
    issuer: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
    begins: datetime,
    ends: datetime,
    certificate: x509.Certificate,
    revoked_at: datetime | None,
) -> bytes:
    aki = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    builder = x509.CertificateRevocationListBuilder(issuer.subject, begins, ends)
    builder = builder.add_extension(x509.CRLNumber(1), critical=False).add_extension(aki, critical=False)
    if revoked_at is not None:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder(certificate.serial_number, revoked_at).build()
        )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _handler(authority: Authority) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            if authority.fault in ("", "replay"):
                self._send(200, authority.answer(query))
            elif authority.fault == "refuse":
                self._send(200, authority.answer(b"not a request"))
            elif authority.fault == "redirect":
                self._send(302, b"", Location="http://127.0.0.1:1/elsewhere")
            elif authority.fault == "silent":
                self.close_connection = True
            else:
                bad = {"garbage": b"<html>", "huge": bytes(5_000_000)}
                self._send(500 if authority.fault == "error" else 200, bad.get(authority.fault, b""))

        def do_GET(self) -> None:
            self._send(200, (authority.folder / "crl.pem").read_bytes(), content_type="application/pkix-crl")

        def _send(
            self, status: int, body: bytes, content_type: str = "application/timestamp-reply", **headers: str
        ) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": content_type, "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


MakeAuthority = Callable[..., Authority]


@pytest.fixture
def make_authority(tmp_path: Path) -> Iterator[MakeAuthority]:
    """`make_authority(name="northclock", intermediate=False)`: an authority that answers until the test ends."""
    made: list[Authority] = []

    def make(name: str = "northclock", **options: Any) -> Authority:
        made.append(Authority(tmp_path / "authorities" / name, name, **options))
        return made[-1]

    yield make
    for authority in made:
        authority.stop()


@pytest.fixture
def authority(make_authority: MakeAuthority) -> Authority:
    return make_authority()
