"""The holder's own signature over a manifest, with a passkey or an uploaded key. EVIDENCE.md section 1."""
