"""The end of a log and the one that continues it: EVIDENCE.md section 2, "Keys".

A lost or stolen key, or a fork, freezes the log. A new origin begins whose leaf 0 commits to the old final checkpoint,
and every record of the old log is entered anew behind it, so that the old entries stand under the new keys as well.
"""
