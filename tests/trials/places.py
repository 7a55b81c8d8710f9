"""Where the bytes that evidence vouches for are stored: tables with the record a row belongs to, and folders.

Every column of a table below is changed by the trial, but for those in UNCOVERED, each with the reason why nothing vouches
for it. A test fails when a column is in neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from tests.trials.stored import Tables

FIRST_ORIGIN = "ipplatform.example/log"

# Names of which a finding must hold one, as SQL over the changed row `t`, and what has to be joined for them.
_OF_RECORD = ("r.public_id", "JOIN evidence_record r ON r.id = t.record_id")
_OF_CHECKPOINT = ("'checkpoint ' || t.size", "")
# Of an entry that was erased or never logged only the tombstone stays; a licence does not say what its asset is called.
_ENTERED = "AND r.kind IN ('registration', 'office_decision') AND r.manifest IS NOT NULL"
_OF_ASSET = (
    "r.public_id",
    f"JOIN asset a ON a.id = t.asset_id JOIN evidence_record r ON r.asset = a.public_id {_ENTERED}",
)
_KEPT = "AND d.storage_key IS NOT NULL JOIN evidence_record r ON r.id = d.record_id"
TABLES: dict[str, tuple[str, str]] = {
    "evidence_record": ("t.public_id", ""),
    "evidence_document": _OF_RECORD,
    "log_leaf": (
        "coalesce(r.public_id, 'entry ' || t.leaf_index), 'rows of log_leaf'",
        "LEFT JOIN evidence_record r ON r.leaf_index = t.leaf_index",
    ),
    "log_tile": ("'tile/' || t.level || '/00' || t.number, 'rows of log_tile'", ""),
    "log_state": ("'log_state', 'log_state.size'", ""),
    "log_checkpoint": _OF_CHECKPOINT,
    "evidence_audit": ("t.public_id", ""),
    "evidence_finding": ("a.public_id", "JOIN evidence_audit a ON a.id = t.audit_id"),
    "log_cosignature": _OF_CHECKPOINT,
    "log_policy": ("'checkpoint ' || q.size", "JOIN log_quorum q ON q.policy_id = t.id"),
    "log_quorum": _OF_CHECKPOINT,
    "witness_log": ("'witnessed log ' || t.origin", ""),
    "witness_equivocation": ("'equivocation ' || t.public_id", ""),
    "time_checkpoint": _OF_CHECKPOINT,
    "time_file": ("'checkpoint ' || a.checkpoint_size", "JOIN time_anchor a ON t.sha256 IN (a.chain, a.crls)"),
    "time_anchor": ("'checkpoint ' || t.checkpoint_size", ""),
    "evidence_certificate": (
        "r.public_id, 'certificate ' || t.id", "LEFT JOIN evidence_record r ON r.id = t.record_id",
    ),
    "signing_key": ("r.public_id", "JOIN evidence_record r ON r.id IN (t.record_id, t.revocation_id)"),
    "holder_signature": ("r.public_id", "JOIN evidence_record r ON r.id IN (t.record_id, t.log_record_id)"),
    "erasure_request": ("r.public_id", "JOIN evidence_record r ON r.id IN (t.record_id, t.erase_record_id)"),
    "erasure_approval": (
        "r.public_id",
        "JOIN erasure_request q ON q.id = t.request_id JOIN evidence_record r ON r.id = q.erase_record_id",
    ),
    "evidence_erased": ("r.public_id", "JOIN evidence_record r ON r.id IN (t.record_id, t.erase_record_id)"),
    "former_log": ("'former log ' || t.origin", ""),
    "former_entry": _OF_RECORD,
    "filing": ("r.public_id", "JOIN evidence_record r ON r.id = t.record_id AND r.manifest IS NOT NULL"),
    "filing_document": ("r.public_id", "JOIN filing f ON f.id = t.filing_id JOIN evidence_record r ON r.id = f.record_id"),
    "document": (
        "r.public_id",
        f"JOIN evidence_document d ON d.storage_key = t.storage_key {_KEPT}",
    ),
    "asset": ("r.public_id", f"JOIN evidence_record r ON r.asset = t.public_id {_ENTERED}"),
    "asset_party": _OF_ASSET,
    "asset_classification": _OF_ASSET,
    "asset_document": _OF_ASSET,
    "rights_grant": _OF_RECORD,
    "agreement": ("f.public_id", "JOIN filing f ON f.id = t.filing_id"),
    "agreement_signature": (
        "f.public_id", "JOIN agreement a ON a.id = t.agreement_id JOIN filing f ON f.id = a.filing_id",
    ),
    "licence_offer": ("f.public_id", "JOIN agreement a ON a.offer_id = t.id JOIN filing f ON f.id = a.filing_id"),
    "negotiation": ("f.public_id", "JOIN agreement a ON a.negotiation_id = t.id JOIN filing f ON f.id = a.filing_id"),
}  # fmt: skip
# Folders of an installation.
FOLDERS = ("documents", "log", "log-2", "erasures", "former", "signer", "keys")
# Files in them that are no evidence.
NO_EVIDENCE = {
    "keys/data.key": "opens what is sealed; another one opens nothing, which every record then shows",
    "keys/*.key.json": "secrets: a damaged one signs nothing more, and says so; what it signed is not touched",
    "log/policy": "its keys are held against the row of the ended log; its addresses are only hints",
    "log-2/policy": "its keys and quorum are held against our own; its addresses are only hints",
    "keys/pdf-x509.pem": "the public half of a key; every certificate carries its own copy",
    "signer/passphrase": "opens the key files",
    "signer/former/*/frozen.json": "what it says is in the row of the former log",
}


def names_of_file(tables: Tables, path: PurePath) -> Sequence[str]:
    """Words of which a finding about the file must hold one; none for a file that is no evidence."""
    if any(path.match(pattern) for pattern in NO_EVIDENCE):
        return ()
    folder, name = path.parts[0], str(PurePath(*path.parts[1:]))
    if folder == "documents":
        return tables.owners(path.name)
    has_ended = folder == "log" and tables.query("SELECT id FROM former_log")
    if has_ended or folder == "former" or "former" in name:
        return (f"former log {FIRST_ORIGIN}",)
    own = {"checkpoint": "published checkpoint", "head.json": "signer"}
    return (own.get(name, name.removesuffix(".json")),)


# What the trial changes: every column of these tables is here or in UNCOVERED. `id` is a number within this database.
COVERED = {
    "evidence_record": "public_id organisation_id asset kind idempotency_key request_digest manifest salt commitment leaf "
    "leaf_index seal created_at",
    "evidence_document": "record_id position storage_key",
    "log_leaf": "leaf_index entry",
    "log_tile": "level number data",
    "log_state": "origin size root published_size",
    "log_checkpoint": "size root note",
    "evidence_audit": "public_id scope subject state checked found covered_size report started_at ended_at",
    "evidence_finding": "audit_id record field expected found",
    "log_cosignature": "size witness line cosigned_at",
    "log_policy": "digest text",
    "log_quorum": "size policy_id witnesses",
    "witness_log": "origin size root checkpoint",
    "witness_equivocation": "origin size digest proof",
    "time_checkpoint": "size note",
    "time_file": "sha256 data",
    "time_anchor": "checkpoint_size renewal authority response chain crls nonce serial gen_time earliest_at latest_at "
    "certificates_end_at algorithms received_at seal",
    "evidence_certificate": "record_id language basis checkpoint_size content signer_sha256 stamped_by issued_at seal",
    "signing_key": "public_id organisation_id person_id kind name algorithm spki spki_sha256 credential_id cose rp_id "
    "sign_count possession proof record_id enrolled_at revocation_id revoked_at seal",
    "holder_signature": "public_id record_id key_id roles signature authenticator_data client_data signed_at log_record_id "
    "seal",
    "erasure_request": "public_id record_id organisation_id origin ground state decided_at erase_record_id",
    "erasure_approval": "request_id number person_id",
    "evidence_erased": "record_id erase_record_id request ground erased_at",
    "former_log": "origin place size checkpoint policy reason archive_sha256 anchor ended_at",
    "former_entry": "log_id record_id leaf_index leaf",
    "filing": "public_id organisation_id kind asset_kind asset asset_id about_id status content record_id "
    "submitted_at",
    "filing_document": "filing_id document_id role",
    "document": "name media_type size sha256 sha512 storage_key",
    "asset": "public_id organisation_id kind origin office application_number publication_number "
    "registration_number filing_date publication_date grant_date expiry_date title language abstract "
    "content",
    "asset_party": "asset_id role position name country share_numerator share_denominator",
    "asset_classification": "asset_id scheme code position",
    "asset_document": "asset_id document_id role",
    "rights_grant": "public_id asset_id licensor_organisation_id licensee_organisation_id exclusivity acts territories "
    "fields start_date end_date last_day subject_to sublicensing acts_held territories_held fields_held "
    "term_held bars agreement_ref record_id",
    "agreement": "public_id negotiation_id offer_id asset_id licensor_organisation_id licensee_organisation_id state "
    "document_id sha256 filing_id",
    "agreement_signature": "agreement_id organisation_id person_id sha256 statement method signed_at",
    "licence_offer": "terms",
    "negotiation": "state",
}  # fmt: skip
_CLOCK = "when this installation did it, by its own clock: in no signature"
_PROGRESS = "how far the run was: of use while it runs"
_LINK = "a number within this database: what it points to is checked by its own columns"
_DRAFT = "of the draft: what was submitted is in the content, and that is checked"
_TRAIL = "who did it is in the office's trail"
_THREAD = "of the thread of a negotiation, which is no evidence; the agreement that came of it is"
UNCOVERED = {
    "log_state.halted_at": "whether the sequencer stands still, and why: no statement about a record",
    "log_state.halted_reason": "as halted_at",
    "log_checkpoint.published_at": _CLOCK,
    "evidence_audit.person_id": _TRAIL,
    **dict.fromkeys(
        [f"evidence_audit.{name}" for name in ("phase", "cursor", "total", "first_record", "standing", "changed_at", "moving_at")],
        _PROGRESS,
    ),
    "evidence_finding.around": "what stands around the byte that differs: shown, and in no report",
    "evidence_finding.position": "follows from the values, and is in no report",
    "evidence_finding.last_whole_at": "in no report: what an earlier run said",
    "log_cosignature.received_at": _CLOCK,
    "log_quorum.met_at": _CLOCK,
    "witness_log.cosigned_at": _CLOCK,
    "witness_equivocation.public_id": "under which address the proof is shown; the proof says nothing of it",
    "witness_equivocation.found_at": _CLOCK,
    "erasure_request.words": "destroyed with what is erased",
    "erasure_request.requested_by_id": _TRAIL,
    "erasure_request.requested_at": "logged and checked to the second; what is below is in no manifest",
    "erasure_request.refused_because": "a refused request erased nothing",
    "erasure_request.refusal": "a refused request erased nothing",
    "erasure_request.completed_at": _CLOCK,
    "erasure_approval.at": _CLOCK,
    **dict.fromkeys([f"filing.{name}" for name in ("version", "revisions", "fields", "created_at", "changed_at")], _DRAFT),
    "filing.latest_record_id": "which of the case's records awaits inclusion: a cache",
    "filing.idempotency_key": "the record holds its own, sealed",
    "filing.request_digest": "the record holds its own, sealed",
    "filing.registrar_id": _TRAIL,
    "filing.created_by_id": _TRAIL,
    "filing_document.created_at": _CLOCK,
    "document.public_id": "under which address it is downloaded",
    "document.organisation_id": _LINK,
    "document.pages": "counted from the bytes, which are checked",
    "document.created_at": _CLOCK,
    "asset.title_translation": "made by this service, in no submission",
    "asset.status": "what time, fees and decisions outside make of a right: no filing says it",
    "asset.status_note": "as the status",
    "asset.created_at": _CLOCK,
    "asset_party.organisation_id": _LINK,
    "asset_document.is_public": "checked; but a byte other than 0 still reads as true",
    "rights_grant.survives_head": "only of a sublicence, and then in no filing",
    "rights_grant.head_id": "only of a sublicence, and then in no filing; of a licence it is checked to be none",
    "rights_grant.ended_at": "of a right that ended early, which is in no filing yet",
    "rights_grant.ended_reason": "of a right that ended early, which is in no filing yet",
    "rights_grant.created_at": _CLOCK,
    "agreement.created_at": _CLOCK,
    "agreement.executed_at": _CLOCK,
    **dict.fromkeys(
        [f"licence_offer.{name}" for name in
         ("negotiation_id", "number", "organisation_id", "person_id", "valid_until", "created_at")], _THREAD,
    ),
    **dict.fromkeys(
        [f"negotiation.{name}" for name in
         ("public_id", "asset_id", "listing_id", "licensor_organisation_id", "licensee_organisation_id",
          "mover_organisation_id", "declined_reason", "blocked", "created_at", "changed_at")], _THREAD,
    ),
}  # fmt: skip
# Of a column that only some rows owe to a filing, those.
ONLY = {
    "asset.content": "t.origin = 'native'",
    "asset.registration_number": "t.origin = 'native'",
    "asset.publication_date": "t.origin = 'native'",
    "asset_party.position": "a.origin = 'native'",
    "asset_document.role": "a.origin = 'native'",
    "asset_classification.position": "a.origin = 'native'",
}


def covered() -> list[tuple[str, str]]:
    """Every (table, column) that evidence vouches for."""
    return [(table, column) for table, names in COVERED.items() for column in names.split()]
