"""Why a check of signatures, heads, tiles or time stamps failed, as a finding quotes it. Read by audit_words."""

from __future__ import annotations

from ipplatform.foundation.i18n import N_

SENTENCES = frozenset(
    {
        # formats/note.py
        N_("the note is too long"),
        N_("the note is not UTF-8"),
        N_("the note has no signatures"),
        N_("the note has too many signatures"),
        N_("no key to verify with"),
        N_("the text of a note ends in a newline and holds no control characters"),
        N_("a signature line is malformed"),
        N_("not base64"),
        N_("not canonical base64"),
        N_("a verifier key is name+id+key"),
        N_("the verifier key is malformed"),
        N_("the key id does not belong to this name and key"),
        # formats/checkpoint.py, formats/cosignature.py
        N_("a checkpoint has at least three lines, none empty"),
        N_("the size is not a decimal number"),
        N_("an empty tree has another root"),
        N_("the checkpoint is of another log"),
        N_("the root is not base64"),
        N_("the root is not 32 bytes in base64"),
        N_("the cosignature is too short"),
        N_("the cosignature's time is out of range"),
        N_("a subtree has a root of 32 bytes, and a time only from its first leaf"),
        N_("the size is out of range"),
        N_("names and origins have 1 to 255 bytes"),
        N_("the text is not a checkpoint"),
        # formats/equivocation.py, formats/merkle.py
        N_("the file is not a proof of equivocation"),
        N_("the file is not in the one form a proof of equivocation has"),
        N_("the checkpoints are of two logs"),
        N_("the two heads are the same: nothing is proved"),
        N_("the smaller head comes first, and an empty tree contradicts none"),
        N_("the hashes do not lead to the larger head: nothing is proved"),
        N_("the larger head extends the smaller: nothing is proved"),
        N_("inclusion proof is too long"),
        N_("inclusion proof is too short"),
        N_("inclusion proof leads to another root"),
        N_("trees of one size have different roots"),
        N_("consistency proof is too long"),
        N_("consistency proof is too short"),
        N_("consistency proof does not lead to the older root"),
        N_("consistency proof does not lead to the newer root"),
        N_("a hash is not 32 bytes"),
        # formats/tiles.py
        N_("not a tile path"),
        N_("entry is too long"),
        N_("entries end in the middle of one"),
        # holder/assertions.py, holder/passkeys.py
        N_("the authenticator did not check who was present"),
        N_("the signature is not this key's over these bytes"),
        N_("the passkey was asked to sign something else"),
        N_("clientDataJSON is not JSON"),
        N_("clientDataJSON names no page of our own"),
        N_("not an enrolment at this address"),
        N_("too large"),
        # time/
        N_("the answer is larger than a token is"),
        N_("the answer holds something other than a time stamp"),
        N_("the answer holds no signed data"),
        N_("the answer is to another request (nonce)"),
        N_("the token is over other bytes (message imprint)"),
        N_("the token has more or fewer than one signature"),
        N_("the signature is over content of another type"),
        N_("the content is not what was signed (message digest)"),
        N_("the signature is false"),
        N_("the signer's certificate is missing, or is not the one that the signature names (ESSCertID)"),
        N_("the signer's certificate is not for time stamping alone (extended key usage)"),
        N_("the extended key usage of the signer's certificate is not critical"),
        N_("the signer's certificate is not for signatures (key usage)"),
        N_("a certificate was not valid at the time of the token"),
    }
)

# A pattern, and what it says with the pattern's groups; `reason` is itself put into words where it is known.
PATTERNS = {
    r"the signature of (?P<name>\S+) is false": N_("the signature of %(name)s is false"),
    r"the signature of (?P<name>\S+) cannot be checked: (?P<reason>.*)": N_(
        "the signature of %(name)s cannot be checked: %(reason)s"
    ),
    r"no signature by (?P<name>\S+) \((?P<key>[0-9a-f]+)\)": N_("no signature by %(name)s (%(key)s)"),
    r"no verifier for signatures of type (?P<type>0x[0-9a-f]{2})": N_("no verifier for signatures of type %(type)s"),
    r"no trusted key of (?P<name>\S+) signed the head of (?P<size>\d+) entries": N_(
        "no trusted key of %(name)s signed the head of %(size)s entries"
    ),
    r"index (?P<place>\d+) is outside a tree of (?P<size>\d+)": N_("index %(place)s is outside a tree of %(size)s"),
    r"no consistency proof from (?P<old>\d+) to (?P<new>\d+)": N_("no consistency proof from %(old)s to %(new)s"),
    r"tile (?P<tile>\S+) is too short for hash (?P<place>\d+)": N_("tile %(tile)s is too short for hash %(place)s"),
    r"right edge of level (?P<level>\d+) holds (?P<count>\d+) hashes where the size says (?P<held>\d+)": N_(
        "right edge of level %(level)s holds %(count)s hashes where the size says %(held)s"
    ),
    r"tile (?P<tile>\S+) is missing": N_("tile %(tile)s is missing"),
    r"(?P<tile>\S+) is missing, or shorter in the database than the log's size says": N_(
        "%(tile)s is missing, or shorter in the database than the log's size says"
    ),
    r"of the entries (?P<first>\d+) to (?P<last>\d+) the database holds only (?P<count>\d+)": N_(
        "of the entries %(first)s to %(last)s the database holds only %(count)s"
    ),
    r"(?P<place>\S+) of the ended log is missing": N_("%(place)s of the ended log is missing"),
    r"file (?P<number>\d+) of the entries of the ended log is cut off": N_(
        "file %(number)s of the entries of the ended log is cut off"
    ),
    r"the page that asked was (?P<page>\S+), not one of (?P<own>\S+)": N_(
        "the page that asked was %(page)s, not one of %(own)s"
    ),
    r"the authenticator did not sign for (?P<own>\S+)": N_("the authenticator did not sign for %(own)s"),
    r"(?P<algorithm>\S+) is not ES256 or EdDSA": N_("%(algorithm)s is not ES256 or EdDSA"),
    r"the answer is malformed: (?P<reason>.*)": N_("the answer is malformed: %(reason)s"),
    r"an algorithm is not supported: (?P<reason>.*)": N_("an algorithm is not supported: %(reason)s"),
    r"the authority answered (?P<reason>.*)": N_("the authority answered %(reason)s"),
    r"the message imprint is of (?P<hash>\S+)": N_("the message imprint is of %(hash)s"),
    r"the token has critical extensions nobody here knows: (?P<names>.*)": N_(
        "the token has critical extensions nobody here knows: %(names)s"
    ),
    r"the token is under the policy (?P<policy>\S+), not (?P<wanted>\S+)": N_(
        "the token is under the policy %(policy)s, not %(wanted)s"
    ),
    r"the signed attribute (?P<name>\S+) occurs twice": N_("the signed attribute %(name)s occurs twice"),
    r"the signed attribute (?P<name>\S+) is missing": N_("the signed attribute %(name)s is missing"),
    r"a key of the type (?P<type>\S+) is not supported": N_("a key of the type %(type)s is not supported"),
    r"an RSA key of (?P<bits>\d+) bits must not carry evidence": N_(
        "an RSA key of %(bits)s bits must not carry evidence"
    ),
    r"the algorithm (?P<name>\S+) must not carry evidence": N_("the algorithm %(name)s must not carry evidence"),
    r"the hash (?P<name>\S+) must not carry evidence": N_("the hash %(name)s must not carry evidence"),
    r"a renewal uses (?P<hash>\S+), not (?P<other>\S+)": N_("a renewal uses %(hash)s, not %(other)s"),
    r"a file that should hold (?P<kind>.+) in PEM does not": N_("a file that should hold %(kind)s in PEM does not"),
    r"the signer's certificate is not trusted: (?P<reason>.*)": N_(
        "the signer's certificate is not trusted: %(reason)s"
    ),
}
