"""Public formats, without I/O: EVIDENCE.md sections 1 and 2. Nothing here knows the database, files or flask."""
