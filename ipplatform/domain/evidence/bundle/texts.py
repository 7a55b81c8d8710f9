"""The words in a bundle. In English, for readers of any year and any platform."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

from ipplatform.domain.evidence.formats.policy import Policy
from ipplatform.domain.evidence.manifest import timestamp
from ipplatform.domain.evidence.models import Record
from ipplatform.domain.evidence.witness.bundle import Head
from ipplatform.foundation.ids import display_id

SCRIPT = Path(__file__).with_name("verify.sh")


@dataclass(frozen=True)
class Facts:
    number: str
    recorded_at: str
    origin: str
    index: int
    size: int
    vkeys: tuple[str, ...]
    address: str
    with_filing: bool
    time: str
    erased: str | None = None

    @classmethod
    def of(
        cls,
        record: Record,
        checkpoint: Head,
        policy: Policy,
        with_filing: bool,
        time: str,
        erase: Record | None = None,
    ) -> Facts:
        """`erase` is the record that says that the content was erased."""
        key = policy.logs[0]
        return cls(
            number=display_id(record.public_id),
            recorded_at=timestamp(record.created_at),
            origin=key.name,
            index=record.leaf_index or 0,
            size=checkpoint.size,
            vkeys=tuple(item.vkey for item in policy.logs),
            address=policy.urls.get(key.vkey, ""),
            with_filing=with_filing,
            erased=f"{timestamp(erase.created_at)} under request {display_id(erase.public_id)}" if erase else None,
            time=time,
        )


def readme(facts: Facts) -> bytes:
    held = ERASED.format(erased=facts.erased) if facts.erased else FULL if facts.with_filing else PUBLIC
    return README.format(
        number=facts.number,
        recorded_at=facts.recorded_at,
        origin=facts.origin,
        index=facts.index,
        size=facts.size,
        held=held,
        time=indent(facts.time, "  "),
    ).encode()


def instructions(facts: Facts, *, with_documents: bool) -> bytes:
    return INSTRUCTIONS.format(
        vkeys="\n".join(f"    {vkey}" for vkey in facts.vkeys),
        address=facts.address,
        documents=DOCUMENTS if with_documents else NO_DOCUMENTS,
        commitment=COMMITMENT if facts.with_filing else NO_FILING,
    ).encode()


def script() -> bytes:
    return SCRIPT.read_bytes()


README = """\
EVIDENCE OF FILING {number}

What this proves
  The filing was in the public log {origin} as entry
  number {index} (numbers begin at 0) when the log had {size} entries. Nobody,
  including the operator, can change the filing or its place afterwards without
  every copy of the log disagreeing.
  The platform states that it received the filing at {recorded_at}.
{time}

What this does not prove
  Who made the work, and that what the filing says is true. See also under "For a
  court" at the end, which says who runs the platform and what else is open.

What is here
{held}\
  log/entry.json        the public entry: a commitment to the filing, and no more
  log/entry.tlog-proof  the way from the entry to the signed head (c2sp.org/tlog-proof)
  log/policy.txt        the keys a verifier demands (c2sp.org/tlog-policy)
  log/vkeys.txt         the same keys, one a line (c2sp.org/signed-note)
  history/              the other filings about the same asset, as public entries
                        with their proofs; empty when there is none
  time/                 stamps of independent authorities (RFC 3161), when there are any:
                        checkpoint.txt is what they stamped, NAME.tsr the answer of
                        NAME, NAME.pem its certificates, NAME.crl the revocation lists
                        of that day; renewal-NNN-NAME.tsr stamps checkpoint.txt and
                        every .tsr before it
  former/               the filing's entry in logs that ended, when there are any
  SHA256SUMS SHA512SUMS digests of every file here
  verify.sh             checks everything with openssl; VERIFY.txt explains it
  README.zh.txt         this file in Chinese (本文件的中文本)

Trust the key, not this bundle
  A forger can make a whole bundle with a key of their own. Compare the key in
  log/vkeys.txt with one you got from elsewhere: the platform's website, the
  official gazette, a witness of the log, or an older bundle.
"""

FULL = """\
  filing/manifest.json  what was filed, exactly as recorded; lists the documents
  filing/salt.hex       the random salt of the commitment; keep it with the manifest
  filing/submitter.*    the holder's own signatures over the manifest, if there are any
  filing/NNN-…          the documents, byte for byte as received, in the manifest's order
"""

PUBLIC = """\
  (filing/ is left out: this is the public bundle. The holder's bundle has the
  manifest, the salt and the documents, and shows what the commitment stands for.)
"""

ERASED = """\
  (filing/ is not here: the content was erased on {erased}.
  Manifest, salt and documents were destroyed. Whoever kept an older bundle can
  still show what was filed; nobody can get it from the platform any more.)
  erasure/entry.json    the public entry of the erasure, with its way to the signed head
  erasure/manifest.json what was erased, on what ground of the law, and by whose decision
  erasure/salt.hex      the salt of that entry's commitment; it is no secret
"""

DOCUMENTS = """ (a 1 for each).

    for file in filing/[0-9]*; do
     grep -c "$(openssl dgst -sha256 -r "$file" | cut -c 1-64)" filing/manifest.json; done"""
COMMITMENT = """.

    openssl dgst -sha256 -mac HMAC -macopt hexkey:$(cat filing/salt.hex) filing/manifest.json
    cat log/entry.json"""
NO_DOCUMENTS = "; this bundle holds\n   none, so there is nothing to do."
NO_FILING = "; this bundle\n   leaves them out, so there is nothing to do."

INSTRUCTIONS = """\
HOW TO VERIFY

You need a shell, openssl 3 and the usual tools (sed, grep, head, tail, cut, tr,
cmp, od, find, sort, sha256sum, sha512sum). No network and nothing of the platform
is used.

    unzip bundle.zip -d bundle
    cd bundle
    sh verify.sh 'VKEY' 'VKEY'

Each VKEY is a verifier key of the log from a source you trust; quote it. The log
signs with all of its keys, so give all: two algorithms are not broken in one day.
This bundle names the following; compare them with {address}/policy or a
printed copy:

{vkeys}

Without VKEY the script takes the keys from log/vkeys.txt and says so.

What the script does, so that you can do each step by hand:

1. Every file is what SHA256SUMS and SHA512SUMS say.

    sha256sum -c SHA256SUMS
    sha512sum -c SHA512SUMS

2. Each document's SHA-256 stands in filing/manifest.json{documents}

3. The manifest and the salt give the commitment in log/entry.json{commitment}

4. The entry's hash (RFC 6962: SHA-256 of a zero byte and the entry), joined with
   the hashes in log/entry.tlog-proof from first to last, gives the root in the
   third line of the checkpoint at the end of that file. An inner hash is SHA-256
   of a byte 1, the left and the right hash.

    (printf '\\000'; cat log/entry.json) | openssl dgst -sha256

5. The checkpoint is signed with each of the log's keys. A signature line holds
   base64 of four bytes of key id and the signature: Ed25519 is over the lines
   before the empty one; ML-DSA-44 has eight bytes of time before it and is over
   what c2sp.org/tlog-cosignature calls subtree/v1. openssl checks ML-DSA from
   version 3.5 on; where it is older the script says that it left it unchecked,
   and the last command below fails. The keys below are those listed above.

"""
