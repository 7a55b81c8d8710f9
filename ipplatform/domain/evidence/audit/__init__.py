"""Re-derives everything from stored bytes and names what differs. EVIDENCE.md section 4. It reads, and never repairs."""
