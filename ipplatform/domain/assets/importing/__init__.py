"""From an office's file to entries of the register, each with its record in the log."""
