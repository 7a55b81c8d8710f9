"""Matching: which listings fit a need, how well, and why."""
