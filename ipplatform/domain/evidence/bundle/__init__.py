"""The evidence of one filing as a zip that verifies without this platform. EVIDENCE.md section 3."""
