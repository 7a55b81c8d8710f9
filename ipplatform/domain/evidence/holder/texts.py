"""What a bundle says of the holders' signatures, for readers of any year."""

from __future__ import annotations

from collections.abc import Sequence

from ipplatform.domain.evidence.holder.publickeys import ED25519, P384

README_SIGNED = """\

The holder's own signatures
  filing/submitter.json says who signed, with which key and over which bytes; it
  is not signed itself: what counts is that each signature verifies with its key,
  and that the key is the signer's. The evidence of its enrolment (a record of its
  own in the log, named there) shows when the platform bound it to that person.
  A key revoked later still verifies what it signed before.
"""
README_UNSIGNED = """\

The holder's own signatures
  There are none in this bundle. That says nothing: nobody has to sign, and whoever
  passed the bundle on could have left signatures out. Ask for them where they matter.
"""

STEP = """\

The holder's own signatures, each over these bytes:

    (printf '%s\\n' '{context}'; cat filing/manifest.json) > to-sign
"""
WITH_KEY = """\

   {stem}.sig, by a key of the signer's:

    {command}
"""
WITH_PASSKEY = """\

   {stem}.sig, by a passkey. It signs the authenticator's data and the SHA-256 of
   the browser's; the browser's holds the SHA-256 of the bytes above in base64url (the
   second command prints 1). The third prints the SHA-256 of the host's name, with which
   the authenticator's data begins, and the fourth a number of which the bits 1 (a
   person was present) and 4 (their identity was checked) are set.

    (cat {stem}.authenticator-data; openssl dgst -sha256 -binary {stem}.client-data.json) > signed
    grep -c "$(openssl dgst -sha256 -binary to-sign | openssl base64 -A | tr '+/' '-_' | tr -d '=')" {stem}.client-data.json
    (printf '%s' '{rp_id}') | openssl dgst -sha256
    od -An -tu1 -j32 -N1 {stem}.authenticator-data
    {command}
"""


def instructions(context: str, signatures: Sequence[tuple[str, str, str | None]]) -> str:
    """How to verify by hand. `signatures` are (file without its ending, algorithm, host of a passkey or None)."""
    steps = [STEP.format(context=context.removesuffix("\n"))]
    for stem, algorithm, rp_id in signatures:
        if rp_id is None:
            steps.append(WITH_KEY.format(stem=stem, command=verification(stem, algorithm, "to-sign")))
        else:
            command = verification(stem, algorithm, "signed")
            steps.append(WITH_PASSKEY.format(stem=stem, rp_id=rp_id, command=command))
    return "".join(steps)


def verification(stem: str, algorithm: str, file: str) -> str:
    if algorithm == ED25519:
        return f"openssl pkeyutl -verify -pubin -inkey {stem}.spki.pem -rawin -in {file} -sigfile {stem}.sig"
    digest = "sha384" if algorithm == P384 else "sha256"
    return f"openssl dgst -{digest} -verify {stem}.spki.pem -signature {stem}.sig {file}"
