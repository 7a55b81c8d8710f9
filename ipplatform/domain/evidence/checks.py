"""The checks and jobs of the parts of evidence, registered at start."""

from ipplatform.domain.evidence.erasure import checking, jobs

__all__ = ["checking", "jobs"]
