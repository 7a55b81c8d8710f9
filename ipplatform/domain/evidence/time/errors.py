from __future__ import annotations


class TokenError(ValueError):
    """A token is malformed, false, or not trusted; the message says which step failed."""


class AuthorityProblem(Exception):
    """An authority could not be asked, or answered badly; the message is for operators."""
