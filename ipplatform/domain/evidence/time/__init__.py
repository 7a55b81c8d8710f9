"""Independent time: RFC 3161 tokens of time-stamping authorities over checkpoints, and their renewal."""
