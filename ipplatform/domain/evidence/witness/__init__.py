"""Witnesses of C2SP tlog-witness: others cosign our log, and we cosign other zones' logs. EVIDENCE.md section 2."""
