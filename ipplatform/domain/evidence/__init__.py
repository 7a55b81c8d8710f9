"""Manifest, commitment, log, proofs, bundle, verification and audit. EVIDENCE.md."""
