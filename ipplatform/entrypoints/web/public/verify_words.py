"""What the page /verify says, by the codes that its scripts use. `{names}` in a text are facts of the check."""

from __future__ import annotations

from ipplatform.domain.filings.models import KINDS as FILING_KINDS
from ipplatform.foundation.i18n import _l

# Kinds of records that a manifest can name: filings, and what the log keeps besides. Their words are those of
# templates/macros/filings.html.
RECORD_KINDS = (
    *FILING_KINDS,
    "signing_key",
    "signing_key_revoked",
    "holder_signature",
    "erasure",
    "audit_report",
    "log_key",
    "log_succession",
)

WORDS = {
    # the marks before a line
    "mark_ok": _l("Verified"),
    "mark_stop": _l("Refuted"),
    "mark_note": _l("Note"),
    "mark_unusable": _l("Not decided"),
    # the parts of a bundle
    "part_files": _l("Files"),
    "part_filing": _l("Filing"),
    "part_manifest": _l("Manifest"),
    "part_document": _l("Document"),
    "part_commitment": _l("Commitment"),
    "part_holder": _l("The holder’s signature"),
    "part_signature": _l("The log’s signatures"),
    "part_witnesses": _l("Witnesses"),
    "part_inclusion": _l("Place in the log"),
    "part_history": _l("History"),
    "part_erasure": _l("Erasure"),
    "part_former": _l("Former log"),
    "part_time": _l("Time"),
    "part_trust": _l("Keys"),
    # what each check proves
    "files": _l("{count} files are what SHA256SUMS and SHA512SUMS say; nothing was damaged on the way."),
    "skipped": _l("Not looked at, since they are named as a Mac names what it adds when it packs: {files}"),
    "left_out": _l("This bundle leaves the filing out: the commitment is shown, what stands behind it is not."),
    "manifest": _l("Filing {filing} ({kind}), submitted {time} as the platform {origin} states."),
    "document": _l("{file} is byte for byte “{name}” ({role}), as it was filed."),
    "absent": _l("“{name}” is listed in the manifest but not in this bundle."),
    "commitment": _l(
        "Manifest and salt give the commitment {commitment}: the entry stands for this filing and no other."
    ),
    "holder_none": _l("None in this bundle. Nobody has to sign, and whoever passed it on could have left some out."),
    "holder_key_signed": _l(
        "{person} ({roles}) signed this manifest with the key SHA-256 {key} ({file}); only the holder of "
        "that key could."
    ),
    "holder_passkey": _l(
        "{person} ({roles}) signed this manifest with a passkey, as {page} asked ({file}); only the holder "
        "of that passkey could."
    ),
    "signature": _l(
        "{keys} signed the tree of {size} entries; only the holder of those keys could. The keys came with "
        "this page, not with the bundle."
    ),
    "signature_pasted": _l(
        "{keys} signed the tree of {size} entries; only the holder of those keys could. They are the keys you gave."
    ),
    "witness": _l("{name} saw this tree of the log and no other, at {time} by its own clock."),
    "witness_timeless": _l("{name} saw this tree of the log and no other."),
    "quorum": _l(
        "The quorum {quorum} is met: the log cannot have shown others another history without these witnesses."
    ),
    "quorum_later": _l(
        "This log now wants the quorum {quorum}; the bundle was made without it, so only the log’s own "
        "signatures vouch that everybody saw the same history. A newer bundle may have it. Missing: "
        "{missing}."
    ),
    "witnesses_none": _l("None are demanded; nobody but the log vouches that it never forked."),
    "witness_keys": _l("The keys of these witnesses came from the bundle; compare them with ones you trust: {keys}"),
    "inclusion": _l(
        "The entry is number {index} in {origin} (numbers begin at 0; {size} in all); it cannot be changed or taken "
        "out."
    ),
    "history_filing": _l("{file}: entry {index} of {time} is in the same tree, another filing about the same asset."),
    "history_erase": _l("{file}: entry {index} of {time} is in the same tree; it records an erasure."),
    "history_key": _l("{file}: entry {index} of {time} is in the same tree; it records a change of the log’s keys."),
    "history_policy": _l("{file}: entry {index} of {time} is in the same tree; it records a change of policy."),
    "history_renewal": _l(
        "{file}: entry {index} of {time} is in the same tree; it records that time stamps were renewed."
    ),
    "history_anchor": _l(
        "{file}: entry {index} of {time} is in the same tree; it commits to the final head of a log that ended."
    ),
    "erasure": _l("The content was erased under request {request} ({ground}), as entry {index} says."),
    "former": _l(
        "The same filing was entry number {index} in {origin} (numbers begin at 0; {size} in all), which ended; entry 0 "
        "of the log after it commits to that final head."
    ),
    "former_keys": _l("The keys of {origin} came from the bundle; compare them with ones you trust: {keys}"),
    "time_none": _l("No independent time stamp; the time of filing is the platform’s statement."),
    "time_head": _l("The stamped head of {size} entries contains this entry."),
    "time_stamped": _l(
        "{authority} stamped the head at {time}: the entry existed by {latest}. Its certificate was valid "
        "then ({file})."
    ),
    "time_renewed": _l(
        "{authority} stamped everything before it at {time} (renewal {renewal}). Its certificate was valid "
        "then ({file})."
    ),
    "time_unlisted": _l("{file}: whether the certificate had been revoked was not recorded."),
    "time_late": _l("{file} ended on {ends}, before it was renewed: it could have been forged in between."),
    "time_ended": _l("{file} ended on {ends} and nothing renews it: ask the platform for a newer bundle."),
    "time_roots": _l(
        "The authorities’ root certificates came from the bundle; compare them with ones you trust: {names}"
    ),
    "keys_unasked": _l(
        "The bundle names keys that you did not give; the log signs with every key, so give these too if you "
        "trust them: {keys}"
    ),
    # why evidence is refuted
    "malformed": _l("{file} does not have its form ({rule})."),
    "files_unlisted": _l("{listing} does not list the files that are here: {files}"),
    "files_absent": _l("{listing} lists files that are not here: {files}"),
    "file_changed": _l("{file} is not the file that {listing} lists."),
    "file_damaged": _l("{file} is damaged: its bytes are not those that were packed."),
    "file_missing": _l("{file} is missing."),
    "document_other": _l("{file} is none of the documents that the manifest lists."),
    "commitment_other": _l("Manifest and salt do not give the commitment in the log entry."),
    "holder_alone": _l("The holder’s signatures are here without the manifest that they sign."),
    "holder_odd": _l("{file} is not what filing/submitter.json describes."),
    "holder_context": _l("filing/submitter.json is about another filing or log."),
    "holder_key": _l("{file} is not the key that filing/submitter.json describes."),
    "holder_false": _l("{file} is not that key’s signature over this manifest."),
    "holder_asked": _l("{file}: the passkey was asked to sign something else."),
    "holder_host": _l("{file} is of another site than filing/submitter.json names."),
    "holder_present": _l("{file}: the authenticator did not check who was present."),
    "log_unknown": _l(
        "The head is of {origin}, a log whose keys are not among those trusted here. If you have them from "
        "elsewhere, give them below."
    ),
    "signature_absent": _l("No signature by {key}. Every key of the log must sign."),
    "signature_false": _l("The signature of {key} is false."),
    "cosignature_time": _l("The cosignature of {key} states no possible time."),
    "quorum_unmet": _l("Too few witnesses signed the head for the quorum {quorum}; missing: {missing}."),
    "entry_other_log": _l("{file} is of another log than the head."),
    "proof_shape": _l("{file}: the proof does not fit the size of the tree."),
    "other_root": _l("{file}: the proof leads to another root than the signed one."),
    "other_checkpoint": _l("{file} is proved against another head."),
    "erasure_commitment": _l("Manifest and salt of the erasure do not give the commitment in an erase entry."),
    "erasure_other": _l("The erase entry is about another filing."),
    "former_other": _l("{file} commits to another filing than log/entry.json."),
    "former_anchor": _l("{file}: entry 0 of the present log does not commit to that final head."),
    "time_gap": _l("Time stamps are missing: renewals are numbered from 001 and follow a first one."),
    "time_refused": _l("{file} is not a granted time stamp."),
    "time_false": _l("{file}: the authority’s signature is false."),
    "time_signer": _l("{file}: the signer’s certificate is missing or is not the one that the signature names."),
    "time_imprint": _l("{file} is a stamp over other bytes."),
    "time_purpose": _l("{file}: the certificate of {name} is not for time stamping alone."),
    "time_untrusted": _l("{file}: no path from {name} to a trusted root was valid at that time."),
    "time_list": _l("{file}: no revocation list that was current then speaks of {name}."),
    "time_revoked": _l("{file}: the certificate of {name} had been revoked."),
    # why nothing is decided
    "missing": _l("{file} is missing."),
    "zip_broken": _l("It is not a zip file, or it is damaged."),
    "zip_many": _l("It holds more than {most} files."),
    "zip_large": _l("It is larger than this page reads. Unpack it and run verify.sh, or use the command line."),
    "zip_name": _l("The name {file} is not one a bundle has."),
    "zip_twice": _l("The name {file} occurs twice."),
    "zip_link": _l("{file} is a folder or a link."),
    "zip_method": _l("{file} is encrypted or compressed in an unknown way."),
    "zip_ratio": _l("{file} grows more than {most} times when unpacked."),
    "zip_member": _l("{file} is damaged, or is not as large as it says."),
    "text_large": _l("{file} is larger than a bundle’s texts are."),
    "policy_line": _l("The line “{line}” is not understood {file}"),
    "pem": _l("{file} should hold only {kind} in PEM."),
    "algorithm": _l(
        "The algorithm {algorithm} cannot be checked here, or must not carry evidence. Try the command line."
    ),
    "browser": _l("Your browser cannot do it: try a current one, or the script in the bundle."),
    "unreadable": _l("The file cannot be read."),
    # between the things of a list, and before the verdict on a file
    "between": _l(", "),
    "of_file": _l("{name}: {text}"),
    # verdicts
    "verified": _l("The evidence holds."),
    "verified_notes": _l("The evidence holds. Read the notes: they say what it does not prove."),
    "refuted": _l("The evidence does not hold. See the last line below."),
    "unusable": _l("This could not be checked, so nothing is decided."),
    "document_found": _l(
        "This document was filed: it is byte for byte “{name}” ({role}) of filing {filing}. SHA-256 {sha256}."
    ),
    "document_unknown": _l(
        "This is none of the documents that the bundles checked here say were filed. Its SHA-256 is {sha256}. If it "
        "belongs to another filing, drop that filing’s bundle first."
    ),
    "certificate_alone": _l(
        "A certificate is for people and is not read here, so nothing is decided. Drop the evidence bundle (.zip) of "
        "its filing: its number is on the certificate, and the filing’s page has “Download the evidence”. Whether the "
        "PDF was changed since it was signed, a PDF reader that checks signatures says. SHA-256 {sha256}."
    ),
    "certificate_unread": _l(
        "This is none of the filed documents and not the certificate in the bundles checked here. If it is a "
        "certificate issued at another time or of another filing, it is not read here, and nothing is decided about "
        "it: the bundle of its filing is what proves. SHA-256 {sha256}."
    ),
    "certificate_beside": _l(
        "This is the certificate that is in the bundle, byte for byte. It is for people; what proves the filing is the "
        "rest of the bundle, as checked above. SHA-256 {sha256}."
    ),
    "document_unopened": _l(
        "The bundle leaves the filing out, so it cannot show whether this document was filed: use the "
        "holder’s bundle. SHA-256 {sha256}."
    ),
    "document_refuted": _l("No bundle that holds has been checked here, so nothing is decided. SHA-256 {sha256}."),
    "digest": _l(
        "SHA-256 {sha256}. To see whether this document was filed, drop the holder’s bundle of the filing too."
    ),
    "not_bundle": _l(
        "This zip is no bundle of evidence: log/entry.json is missing. SHA-256 {sha256}. To see whether it "
        "was filed as a document, drop the holder’s bundle of the filing too."
    ),
    "busy": _l("Checking {name}: {done} of {all} files"),
    "opening": _l("Reading {name}"),
    "trust_malformed": _l("These are neither verifier keys nor a policy nor certificates:"),
}
