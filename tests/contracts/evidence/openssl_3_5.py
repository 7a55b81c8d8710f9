"""`openssl pkeyutl -verify` as openssl 3.5 does it for ML-DSA-44, for systems whose openssl is older.

What is not an ML-DSA key goes to the installed openssl, whose path is the first argument.
"""

import os
import sys
from itertools import pairwise
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key


def main(openssl: str, arguments: list[str]) -> int:
    files = {name: Path(value) for name, value in pairwise(arguments) if name.startswith("-")}
    encoded = files["-inkey"].read_bytes()
    key = load_der_public_key(encoded) if encoded[:1] == b"\x30" else None
    if not isinstance(key, MLDSA44PublicKey):
        os.execv(openssl, ["openssl", *arguments])
    if not {"-pubin", "-rawin"} <= set(arguments):
        return 2
    try:
        key.verify(files["-sigfile"].read_bytes(), files["-in"].read_bytes())
    except InvalidSignature:
        print("Signature Verification Failure")
        return 1
    print("Signature Verified Successfully")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
